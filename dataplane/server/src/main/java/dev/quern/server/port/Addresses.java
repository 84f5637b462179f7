package dev.quern.server.port;

import java.net.Inet6Address;
import java.net.InetSocketAddress;

/** How addresses are shown to people. */
final class Addresses {
    private Addresses() {}

    /** {@code 127.0.0.1:7400}, {@code [::1]:7400}. */
    static String format(InetSocketAddress address) {
        String host = address.getAddress().getHostAddress();
        return (address.getAddress() instanceof Inet6Address ? "[" + host + "]" : host) + ":" + address.getPort();
    }
}
