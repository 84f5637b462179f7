package dev.quern.server;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/** {@code HOST:PORT}, {@code [IPv6]:PORT} or {@code off}. */
record ListenAddress(@Nullable InetSocketAddress address) {
    private static final String OFF = "off";

    static ListenAddress loopback(int port) {
        return new ListenAddress(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
    }

    static ListenAddress parse(String key, String text) {
        if (text.equals(OFF)) {
            return new ListenAddress(null);
        }
        int colon = text.lastIndexOf(':');
        if (colon <= 0) {
            throw new ConfigException(key + " is \"" + text + "\": write HOST:PORT, such as 127.0.0.1:7400, or off");
        }
        String host = text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        return new ListenAddress(new InetSocketAddress(resolve(key, host), port(key, text, colon)));
    }

    private static int port(String key, String text, int colon) {
        try {
            int port = Integer.parseInt(text.substring(colon + 1));
            if (port >= 0 && port <= 0xFFFF) {
                return port;
            }
        } catch (NumberFormatException notANumber) {
            // Said below, as for a number out of range.
        }
        throw new ConfigException(key + " is \"" + text + "\": the port goes from 0 (any free one) to 65535");
    }

    private static InetAddress resolve(String key, String host) {
        try {
            return InetAddress.getAllByName(host)[0];
        } catch (UnknownHostException unknown) {
            throw new ConfigException(key + ": no address is known for " + host + ": use an address of this machine");
        }
    }

    static String format(InetSocketAddress address) {
        String host = address.getAddress().getHostAddress();
        return (address.getAddress() instanceof Inet6Address ? "[" + host + "]" : host) + ":" + address.getPort();
    }
}
