package dev.quern.server;

import dev.quern.net.LinkAddress;
import dev.quern.net.dpdk.DpdkConfig;
import dev.quern.server.net.NetConfig;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The server's own place on a network, past the kernel's stack: the {@code net} keys. Collected by {@link ServerConfig.Builder#net}. */
public final class NetSettings {
    private static final String OFF = "off";

    /** Huge pages that another process could map, as vhost wants, and nothing left behind by a kill; no device but that which is named. */
    private static final List<String> EAL_DEFAULT =
            List.of("--in-memory", "--single-file-segments", "--no-telemetry", "--no-pci");

    private String device = OFF;
    private int port = 7400;
    private @Nullable LinkAddress ipv4;
    private @Nullable InetAddress gateway4;
    private @Nullable LinkAddress ipv6;
    private @Nullable InetAddress gateway6;
    private int vlan;
    private List<String> eal = EAL_DEFAULT;
    private int mtu;
    private int buffers = DpdkConfig.BUFFERS_DEFAULT;

    NetSettings() {}

    /** {@code KIND:NAME}, or {@code off}. */
    public NetSettings device(String name) {
        device = name;
        return this;
    }

    /** Core 0's UDP port. */
    public NetSettings port(int number) {
        port = ConfigKey.range("net.port", number, 1, 0xFFFF);
        return this;
    }

    /** {@code ADDRESS/PREFIX}; empty for none. */
    public NetSettings ipv4(String address) {
        ipv4 = address("net.ipv4", address, true);
        return this;
    }

    /** The router's address; empty for none. */
    public NetSettings ipv4Gateway(String address) {
        gateway4 = gateway("net.ipv4_gateway", address, true);
        return this;
    }

    /** {@code ADDRESS/PREFIX}; empty for none. */
    public NetSettings ipv6(String address) {
        ipv6 = address("net.ipv6", address, false);
        return this;
    }

    /** The router's address; empty for none. */
    public NetSettings ipv6Gateway(String address) {
        gateway6 = gateway("net.ipv6_gateway", address, false);
        return this;
    }

    /** 0 for frames without a tag. */
    public NetSettings vlan(int number) {
        vlan = ConfigKey.range("net.vlan", number, 0, 4094);
        return this;
    }

    /** DPDK's own arguments, with blanks between. */
    public NetSettings eal(String arguments) {
        eal = arguments.isBlank() ? List.of() : List.of(arguments.strip().split("\\s+"));
        return this;
    }

    /** The longest IP packet that a device of DPDK's is told to carry; 0 for its own choice. */
    public NetSettings mtu(int bytes) {
        mtu = ConfigKey.range("net.mtu", bytes, 0, 9600);
        return this;
    }

    /** Buffers of a device of DPDK's, for all cores together. */
    public NetSettings buffers(int count) {
        buffers = ConfigKey.range("net.buffers", count, 1023, 1 << 22);
        return this;
    }

    private static @Nullable LinkAddress address(String key, String text, boolean isIpv4) {
        if (text.isEmpty()) {
            return null;
        }
        try {
            LinkAddress address = LinkAddress.parse(text);
            checkFamily(key, text, address.address(), isIpv4);
            return address;
        } catch (IllegalArgumentException refused) {
            throw new ConfigException(key + ": " + refused.getMessage());
        }
    }

    private static @Nullable InetAddress gateway(String key, String text, boolean isIpv4) {
        if (text.isEmpty()) {
            return null;
        }
        try {
            InetAddress address = InetAddress.ofLiteral(text);
            checkFamily(key, text, address, isIpv4);
            return address;
        } catch (IllegalArgumentException refused) {
            throw new ConfigException(key + " is \"" + text + "\": write the router's address, such as "
                    + (isIpv4 ? "10.0.0.1" : "fd00::1"));
        }
    }

    private static void checkFamily(String key, String text, InetAddress address, boolean isIpv4) {
        if (address.getAddress().length == Integer.BYTES != isIpv4) {
            throw new ConfigException(
                    key + " is \"" + text + "\": that is an address of the other family, which has keys of its own");
        }
    }

    boolean isOff() {
        return device.equals(OFF);
    }

    String device() {
        return device;
    }

    /** How DPDK is to be started, and what a device of its is to carry; the device is named by {@link #device}. */
    DpdkConfig dpdk() {
        return new DpdkConfig(eal, "", mtu, buffers);
    }

    NetConfig toConfig(int datagramBytesMax, int cores) {
        if (port + cores - 1 > 0xFFFF) {
            throw new ConfigException("net.port: " + cores + " cores need as many ports from " + port
                    + " on, past the last one: choose a lower port");
        }
        if (ipv4 == null && ipv6 == null) {
            throw new ConfigException(
                    "net.device is " + device + ", and the server has no address there: give net.ipv4 or net.ipv6");
        }
        return new NetConfig(ipv4, gateway4, ipv6, gateway6, vlan, port, datagramBytesMax);
    }
}
