package dev.quern.ffi.dpdk;

import dev.quern.ffi.dpdk.generated.DpdkCalls;

/** What a packet buffer's flags say of a packet received, and ask for one to be sent. */
public final class MbufFlags {
    /** Received: the bits that speak of the IPv4 header's checksum. */
    public static final long IP_CHECKSUM_MASK = DpdkCalls.RTE_MBUF_F_RX_IP_CKSUM_MASK();

    public static final long IP_CHECKSUM_GOOD = DpdkCalls.RTE_MBUF_F_RX_IP_CKSUM_GOOD();
    public static final long IP_CHECKSUM_BAD = DpdkCalls.RTE_MBUF_F_RX_IP_CKSUM_BAD();

    /** Received: the bits that speak of the UDP or TCP checksum. All of them: good without being computed, as on a cable that is none. */
    public static final long L4_CHECKSUM_MASK = DpdkCalls.RTE_MBUF_F_RX_L4_CKSUM_MASK();

    public static final long L4_CHECKSUM_GOOD = DpdkCalls.RTE_MBUF_F_RX_L4_CKSUM_GOOD();
    public static final long L4_CHECKSUM_BAD = DpdkCalls.RTE_MBUF_F_RX_L4_CKSUM_BAD();

    /** To send: an IPv4 packet. */
    public static final long IPV4 = DpdkCalls.RTE_MBUF_F_TX_IPV4();

    /** To send: an IPv6 packet. */
    public static final long IPV6 = DpdkCalls.RTE_MBUF_F_TX_IPV6();

    /** To send: fill in the IPv4 header's checksum, in whose place stands 0. */
    public static final long FILL_IP_CHECKSUM = DpdkCalls.RTE_MBUF_F_TX_IP_CKSUM();

    /** To send: fill in the UDP checksum, in whose place stands that of the pseudo-header. */
    public static final long FILL_UDP_CHECKSUM = DpdkCalls.RTE_MBUF_F_TX_UDP_CKSUM();

    private MbufFlags() {}
}
