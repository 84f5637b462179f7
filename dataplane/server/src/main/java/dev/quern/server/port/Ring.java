package dev.quern.server.port;

import dev.quern.ffi.linux.NativeHeap;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.jctools.queues.varhandle.SpscVarHandleArrayQueue;

/**
 * One direction of a ring: slots of off-heap memory that go round between a sender and a receiver, each one thread. The memory lives as
 * long as either end holds the ring.
 */
final class Ring {
    /** A datagram's buffer; {@code length} is the sender's until it is filled, then the receiver's until it is free. */
    static final class Slot {
        private final MemorySegment memory;
        private final ByteBuffer buffer;
        private int length;

        Slot(MemorySegment memory) {
            this.memory = memory;
            this.buffer = memory.asByteBuffer();
        }

        long address() {
            return memory.address();
        }

        ByteBuffer buffer() {
            return buffer;
        }

        int length() {
            return length;
        }

        void setLength(int bytes) {
            length = bytes;
        }
    }

    private static final long CACHE_LINE = 64;

    private final SpscVarHandleArrayQueue<Slot> filled = new SpscVarHandleArrayQueue<>(PortLimits.RING_SLOTS);
    private final SpscVarHandleArrayQueue<Slot> free = new SpscVarHandleArrayQueue<>(PortLimits.RING_SLOTS);

    Ring() {
        MemorySegment memory = allocate((long) PortLimits.RING_SLOTS * PortLimits.RING_SLOT_BYTES);
        for (int index = 0; index < PortLimits.RING_SLOTS; index++) {
            free.add(new Slot(
                    memory.asSlice((long) index * PortLimits.RING_SLOT_BYTES, PortLimits.RING_SLOT_BYTES, CACHE_LINE)));
        }
    }

    /** Not cleared, so that a client that asks for little takes little: each slot is written before it is read. */
    private static MemorySegment allocate(long bytes) {
        long blockBytes = bytes + CACHE_LINE;
        long block = NativeHeap.allocate(blockBytes);
        return MemorySegment.ofAddress(block)
                .reinterpret(blockBytes, Arena.ofAuto(), freed -> NativeHeap.free(freed.address()))
                .asSlice(-block & (CACHE_LINE - 1), bytes);
    }

    /** Filled slots: the sender offers, the receiver polls. Never full, as there are no more slots than places. */
    SpscVarHandleArrayQueue<Slot> filled() {
        return filled;
    }

    /** Free slots: the receiver offers, the sender polls. */
    SpscVarHandleArrayQueue<Slot> free() {
        return free;
    }
}
