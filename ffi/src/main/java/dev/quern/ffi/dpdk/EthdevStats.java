package dev.quern.ffi.dpdk;

/**
 * A device's counters since it was started or they were reset.
 *
 * @param received packets handed out
 * @param sent packets that left
 * @param missed packets lost as the receive queue was full
 * @param receiveErrors packets that came broken
 * @param sendErrors packets that could not be sent
 * @param noBuffer packets lost as the pool was used up
 */
public record EthdevStats(long received, long sent, long missed, long receiveErrors, long sendErrors, long noBuffer) {}
