package dev.quern.ffi.dpdk;

import dev.quern.ffi.dpdk.generated.DpdkCalls;

/**
 * What a device is and can.
 *
 * @param driver {@code net_af_packet}
 * @param mtuMin the least MTU, 0 when it does not say
 * @param mtuMax the largest MTU, 65,535 when it does not say
 * @param receiveOffloads {@code RTE_ETH_RX_OFFLOAD_…}
 * @param transmitOffloads {@code RTE_ETH_TX_OFFLOAD_…}
 * @param rssTypes what of a packet it can spread by, {@code RTE_ETH_RSS_…}; 0 for nothing
 * @param rssTableEntries of the table that leads from a hash to a queue
 * @param rssKeyBytes of the hash's key; 0 when it cannot be given one
 */
public record EthdevInfo(
        String driver,
        int mtuMin,
        int mtuMax,
        int receiveQueuesMax,
        int transmitQueuesMax,
        long receiveOffloads,
        long transmitOffloads,
        long rssTypes,
        int rssTableEntries,
        int rssKeyBytes) {
    private static final long CHECKSUMS_RECEIVED =
            DpdkCalls.RTE_ETH_RX_OFFLOAD_IPV4_CKSUM() | DpdkCalls.RTE_ETH_RX_OFFLOAD_UDP_CKSUM();
    private static final long CHECKSUMS_SENT =
            DpdkCalls.RTE_ETH_TX_OFFLOAD_IPV4_CKSUM() | DpdkCalls.RTE_ETH_TX_OFFLOAD_UDP_CKSUM();
    private static final long RSS_UDP =
            DpdkCalls.RTE_ETH_RSS_NONFRAG_IPV4_UDP() | DpdkCalls.RTE_ETH_RSS_NONFRAG_IPV6_UDP();

    /** Whether it can fill in the checksums of IPv4 and UDP. */
    public boolean fillsChecksums() {
        return (transmitOffloads & CHECKSUMS_SENT) == CHECKSUMS_SENT;
    }

    /** Whether it can check the checksums of IPv4 and UDP. */
    public boolean checksChecksums() {
        return (receiveOffloads & CHECKSUMS_RECEIVED) == CHECKSUMS_RECEIVED;
    }

    /** Whether it spreads UDP over its queues by address and port. */
    public boolean spreadsUdp() {
        return (rssTypes & RSS_UDP) != 0;
    }

    long receiveOffloads(boolean checksums) {
        return checksums && checksChecksums() ? CHECKSUMS_RECEIVED : 0;
    }

    long transmitOffloads(boolean checksums) {
        long wanted = DpdkCalls.RTE_ETH_TX_OFFLOAD_MULTI_SEGS();
        if (checksums && fillsChecksums()) {
            wanted |= CHECKSUMS_SENT;
        }
        return wanted & transmitOffloads;
    }

    long rssTypesUdp() {
        return rssTypes & RSS_UDP;
    }
}
