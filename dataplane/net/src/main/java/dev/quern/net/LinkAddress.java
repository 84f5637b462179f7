package dev.quern.net;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;

/**
 * One of our addresses, and how much of it all hosts of the link share: {@code 10.0.0.2/24}, {@code fd00::2/64}.
 *
 * @param address unicast
 * @param prefixLength in bits
 */
public record LinkAddress(InetAddress address, int prefixLength) {
    /**
     * Checks both.
     *
     * @throws IllegalArgumentException when it is no address that a host can have, saying what to change
     */
    public LinkAddress {
        if (address.isMulticastAddress() || address.isAnyLocalAddress() || address.isLoopbackAddress()) {
            throw new IllegalArgumentException(address.getHostAddress()
                    + " is no address that a host can have on a link: choose a unicast address");
        }
        int bits = address.getAddress().length * Byte.SIZE;
        if (prefixLength < 1 || prefixLength > bits) {
            throw new IllegalArgumentException("the prefix length of " + address.getHostAddress() + " is "
                    + prefixLength + ": it goes from 1 to " + bits);
        }
    }

    /**
     * Reads {@code ADDRESS/PREFIX}.
     *
     * @throws IllegalArgumentException when the text is none, saying what to write
     */
    public static LinkAddress parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" has no prefix length: write ADDRESS/LENGTH, such as 10.0.0.2/24 or fd00::2/64");
        }
        int length;
        try {
            length = Integer.parseInt(text.substring(slash + 1));
        } catch (NumberFormatException notANumber) {
            throw new IllegalArgumentException(
                    "the prefix length of \"" + text + "\" is no number: write ADDRESS/LENGTH, such as 10.0.0.2/24",
                    notANumber);
        }
        return new LinkAddress(InetAddress.ofLiteral(text.substring(0, slash)), length);
    }

    public boolean isIpv4() {
        return address instanceof Inet4Address;
    }

    public boolean isIpv6() {
        return address instanceof Inet6Address;
    }
}
