package dev.quern.server.doctor;

import java.util.Set;

/**
 * A network device on the PCI bus, as {@code dpdk-devbind.py} would list it.
 *
 * @param address its place, {@code 0000:03:00.0}
 * @param kernelDriver who has it in the kernel; empty for nobody
 * @param networkInterface what the kernel calls it; empty when it has none
 * @param isUp whether the kernel uses that interface
 * @param isWayOut whether the machine's default route leads over it
 * @param dpdkDriver the driver among DPDK's that says it knows the device; empty for none
 */
record NetworkCard(
        String address,
        String kernelDriver,
        String networkInterface,
        boolean isUp,
        boolean isWayOut,
        String dpdkDriver) {
    private static final String SUBJECT = "network card";
    private static final String VFIO = "vfio-pci";

    /** Drivers of the kernel's that hand a device to a program. */
    private static final Set<String> FOR_PROGRAMS = Set.of(VFIO, "uio_pci_generic", "igb_uio");

    /** Drivers of DPDK's that work beside the kernel's own. */
    private static final Set<String> BESIDE_KERNEL = Set.of("mlx4", "mlx5_eth", "net_mlx4", "net_mlx5", "net_mana");

    private String fact() {
        return address + ", " + (kernelDriver.isEmpty() ? "no driver" : kernelDriver)
                + (networkInterface.isEmpty() ? "" : " as " + networkInterface + (isUp ? " (up)" : ""))
                + ", DPDK: " + (dpdkDriver.isEmpty() ? "no driver knows it" : dpdkDriver);
    }

    private String bind() {
        return "sudo dpdk-devbind.py --bind=" + VFIO + " " + address;
    }

    /** What can be done with it. */
    Finding finding() {
        if (isWayOut) {
            return Finding.ok(SUBJECT, fact() + ": the machine's own way out, and not to be taken from the kernel");
        }
        if (dpdkDriver.isEmpty()) {
            return Finding.lacks(
                    SUBJECT,
                    fact() + ": it serves by kernel sockets only",
                    "scripts/setup-dpdk, or sudo apt-get install librte-net-VENDOR, where DPDK's driver of this card is not installed");
        }
        if (FOR_PROGRAMS.contains(kernelDriver)) {
            return Finding.ok(SUBJECT, fact() + ": net.device = \"dpdk:" + address + "\"");
        }
        if (BESIDE_KERNEL.contains(dpdkDriver) && !kernelDriver.isEmpty()) {
            return Finding.ok(SUBJECT, fact() + ", beside the kernel's: net.device = \"dpdk:" + address + "\"");
        }
        return Finding.lacks(
                SUBJECT,
                fact() + ": the kernel's; one that DPDK is to have is lost to it, with its addresses",
                isUp ? "sudo ip link set " + networkInterface + " down && " + bind() : bind());
    }
}
