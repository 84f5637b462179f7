package dev.quern.net.dpdk;

import java.util.List;

/**
 * Which device DPDK is to drive, and how DPDK is to be started.
 *
 * @param eal EAL's arguments
 * @param device a PCI address, or a virtual device with its arguments: {@code net_af_packet0,iface=eth1}
 * @param mtu the longest IP packet, or 0 for the device's own choice
 * @param buffers in its pool, for all cores together
 */
public record DpdkConfig(List<String> eal, String device, int mtu, int buffers) {
    /** Buffers when nothing is said: some thousand under way on each of a few cores, in 18 MiB. */
    public static final int BUFFERS_DEFAULT = 8191;

    /** A copy that nobody changes. */
    public DpdkConfig {
        eal = List.copyOf(eal);
    }

    /** With the default count of buffers, and the device's own MTU. */
    public static DpdkConfig of(String device, List<String> eal) {
        return new DpdkConfig(eal, device, 0, BUFFERS_DEFAULT);
    }

    /** The same for this device. */
    public DpdkConfig withDevice(String name) {
        return new DpdkConfig(eal, name, mtu, buffers);
    }
}
