package dev.quern.server.net;

import dev.quern.net.LinkAddress;
import dev.quern.protocol.Limits;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * What the stack is on its link. There is no DHCP and no autoconfiguration.
 *
 * @param ipv4 our IPv4 address, null for none
 * @param gateway4 the router to other IPv4 links, null for none
 * @param ipv6 our IPv6 address, null for none
 * @param gateway6 the router to other IPv6 links, null for none; may be link-local
 * @param vlan the 802.1Q VLAN, 1 to 4094; 0 for frames without a tag
 * @param port core 0's UDP port; the other cores' are those above
 * @param datagramBytesMax the longest datagram, where the device's MTU does not ask for shorter ones
 */
public record NetConfig(
        @Nullable LinkAddress ipv4,
        @Nullable InetAddress gateway4,
        @Nullable LinkAddress ipv6,
        @Nullable InetAddress gateway6,
        int vlan,
        int port,
        int datagramBytesMax) {
    private static final int VLAN_MAX = 4094;

    /**
     * Checks all.
     *
     * @throws IllegalArgumentException when they don't go together, saying what to change
     */
    public NetConfig {
        if (ipv4 == null && ipv6 == null) {
            throw new IllegalArgumentException("no address is given: give an IPv4 address, an IPv6 address, or both");
        }
        if ((ipv4 != null && !ipv4.isIpv4()) || (ipv6 != null && !ipv6.isIpv6())) {
            throw new IllegalArgumentException(
                    "an address stands where one of the other family belongs: " + ipv4 + ", " + ipv6);
        }
        if (vlan < 0 || vlan > VLAN_MAX) {
            throw new IllegalArgumentException(
                    "the VLAN is " + vlan + ": it goes from 1 to " + VLAN_MAX + ", or is 0 for none");
        }
        if (port < 1 || port > 0xFFFF) {
            throw new IllegalArgumentException("the port is " + port + ": it goes from 1 to 65535");
        }
        if (datagramBytesMax < Limits.DATAGRAM_BYTES_MIN || datagramBytesMax > Limits.DATAGRAM_BYTES_MAX) {
            throw new IllegalArgumentException("the longest datagram is " + datagramBytesMax + ": it goes from "
                    + Limits.DATAGRAM_BYTES_MIN + " to " + Limits.DATAGRAM_BYTES_MAX);
        }
    }
}
