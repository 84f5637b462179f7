package dev.quern.server;

import dev.quern.net.KernelDevice;
import dev.quern.net.PacketDevice;
import dev.quern.net.dpdk.DpdkConfig;
import dev.quern.net.dpdk.DpdkDevice;
import java.io.IOException;

/** Packet devices by the names that operators give them. */
final class PacketDevices {
    private PacketDevices() {}

    /**
     * Opens {@code KIND:NAME}; {@code dpdk} is for devices of DPDK's.
     *
     * @throws IOException when it cannot be had; the message says why
     * @throws ConfigException when there is no such kind
     */
    static PacketDevice open(String device, DpdkConfig dpdk, int queueCount) throws IOException {
        int colon = device.indexOf(':');
        String kind = colon < 0 ? device : device.substring(0, colon);
        String name = device.substring(colon + 1);
        return switch (kind) {
            case "kernel" -> KernelDevice.open(name, queueCount);
            case "dpdk" -> DpdkDevice.open(dpdk.withDevice(name), queueCount);
            default ->
                throw new ConfigException(
                        "net.device is \"" + device
                                + "\": write kernel:INTERFACE, such as kernel:eth1, or dpdk:DEVICE, such as dpdk:0000:03:00.0, or off");
        };
    }
}
