package dev.quern.ffi.dpdk;

import dev.quern.ffi.linux.NativeMemory;
import java.lang.foreign.MemorySegment;

/**
 * One of a started device's queues, to receive from or to send by. Thread: one at a time. Does what DPDK's inline functions do, and looks
 * function and queue up anew each time, as drivers change them; when the device is stopped or pulled, bursts are empty.
 */
public final class BurstQueue {
    private final long functionSlot;
    private final long queuesSlot;
    private final long queueOffset;

    /** The last function met, so that its segment is made once. */
    private MemorySegment function = MemorySegment.NULL;

    /**
     * @param functionSlot where the address of the device's function stands
     * @param queuesSlot where the address of its array of queues stands
     */
    BurstQueue(long functionSlot, long queuesSlot, int index) {
        this.functionSlot = functionSlot;
        this.queuesSlot = queuesSlot;
        this.queueOffset = (long) index * Long.BYTES;
    }

    /**
     * Receives into, or sends from, an array of packets' addresses. Received ones are the caller's; those sent belong to the device, the rest of
     * the array stays the caller's.
     *
     * @param count up to 65,535
     * @return how many
     */
    public int burst(long packets, int count) {
        long address = NativeMemory.getLong(functionSlot);
        if (address != function.address()) {
            function = MemorySegment.ofAddress(address);
        }
        long queue = NativeMemory.getLong(NativeMemory.getLong(queuesSlot) + queueOffset);
        return FastCalls.burst(function, queue, packets, count);
    }
}
