package dev.quern.server.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Network devices and who drives them, VFIO, socket buffers, and the privileges that they take. */
final class DeviceChecks {
    private static final String RECEIVE_MAX = "/proc/sys/net/core/rmem_max";
    private static final long SOCKET_BYTES = 4 << 20;
    private static final String VFIO = "vfio-pci";

    /** Bits of {@code CapEff} (linux/capability.h), and what each is for. */
    private static final Map<Integer, String> CAPABILITIES = new TreeMap<>(Map.of(
            12, "CAP_NET_ADMIN (tap, af_xdp)",
            13, "CAP_NET_RAW (af_packet)",
            14, "CAP_IPC_LOCK (VFIO, reserved pages)",
            21, "CAP_SYS_ADMIN (af_xdp, physical addresses)"));

    private final SystemFiles files;

    DeviceChecks(SystemFiles files) {
        this.files = files;
    }

    List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        findings.addAll(cards());
        findings.add(vfio());
        findings.add(capabilities());
        findings.add(socketBuffers());
        return findings;
    }

    private List<Finding> cards() {
        DpdkDrivers drivers = new DpdkDrivers(files);
        List<Finding> findings = new ArrayList<>(List.of(drivers.finding()));
        List<NetworkCard> cards = files.networkCards(drivers);
        if (cards.isEmpty()) {
            findings.add(Finding.ok(
                    "network cards",
                    "none on the PCI bus: kernel sockets, and DPDK's devices without hardware; interfaces "
                            + String.join(", ", files.names("/sys/class/net"))));
        }
        cards.forEach(card -> findings.add(card.finding()));
        return findings;
    }

    private Finding vfio() {
        if (!files.exists("/dev/vfio/vfio")) {
            return Finding.lacks("VFIO", "not loaded: DPDK gets no network card", "sudo modprobe " + VFIO);
        }
        int groups = files.names("/sys/kernel/iommu_groups").size();
        return groups > 0
                ? Finding.ok("VFIO", "there, with " + groups + " IOMMU groups")
                : Finding.lacks(
                        "VFIO",
                        "there, and no IOMMU: cards work only in its unsafe mode",
                        "add intel_iommu=on (or amd_iommu=on) iommu=pt to the kernel's command line; or, unsafe, echo 1 | sudo tee"
                                + " /sys/module/vfio/parameters/enable_unsafe_noiommu_mode");
    }

    private Finding capabilities() {
        String digits = files.field("/proc/self/status", "CapEff");
        long effective = digits.matches("[0-9a-f]{1,16}") ? Long.parseUnsignedLong(digits, 16) : 0;
        List<String> missing = new ArrayList<>();
        List<String> names = new ArrayList<>();
        CAPABILITIES.forEach((bit, purpose) -> {
            if ((effective >>> bit & 1) == 0) {
                missing.add(purpose);
                names.add(purpose.substring(0, purpose.indexOf(' ')));
            }
        });
        return missing.isEmpty()
                ? Finding.ok("privileges", "all that DPDK's devices take")
                : Finding.lacks(
                        "privileges",
                        "without " + String.join(", ", missing) + "; sockets and shared memory need none",
                        "AmbientCapabilities=" + String.join(" ", names) + " in the systemd unit, or run as root");
    }

    private Finding socketBuffers() {
        long bytes = SystemFiles.number(files.read(RECEIVE_MAX));
        return bytes >= SOCKET_BYTES
                ? Finding.ok("socket buffers", "up to " + bytes + " bytes")
                : Finding.lacks(
                        "socket buffers",
                        "up to " + bytes + " bytes, and a UDP port asks for " + SOCKET_BYTES
                                + ": bursts are lost and sent again",
                        "sudo sysctl -w net.core.rmem_max=" + SOCKET_BYTES + " net.core.wmem_max=" + SOCKET_BYTES);
    }
}
