package dev.quern.client;

import dev.quern.protocol.Limits;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/**
 * The outstanding requests of one session, a ring of slots by sequence. Sequences run 1 … 2³²−1 and on with 1: 0 is none. Request
 * <em>s</em> needs the slot of <em>s</em> − window, so that it tells the server that nothing older is waited for. One thread.
 */
final class Window {
    private final Slot[] slots;
    private final int mask;
    private final int datagramBytesMax;
    private final ArrayDeque<MemorySegment> buffers = new ArrayDeque<>();
    private int nextSequence;
    private int oldest;
    private int polled;
    private int outstanding;

    Window(int size, int datagramBytesMax, int firstSequence) {
        nextSequence = firstSequence;
        oldest = firstSequence;
        polled = firstSequence;
        this.datagramBytesMax = datagramBytesMax;
        MemorySegment slab = MemorySegment.ofBuffer(ByteBuffer.allocateDirect(size * Slot.INLINE_BYTES));
        slots = new Slot[size];
        mask = size - 1;
        for (int i = 0; i < size; i++) {
            slots[i] = new Slot(slab, (long) i * Slot.INLINE_BYTES);
        }
    }

    int bodyBytesWhole() {
        return Limits.bodyBytesWhole(datagramBytesMax);
    }

    int partBytes() {
        return Limits.partBytes(datagramBytesMax);
    }

    int outstanding() {
        return outstanding;
    }

    int nextSequence() {
        return nextSequence;
    }

    /** The slot that the next request needs. */
    Slot next() {
        return slots[nextSequence & mask];
    }

    /** The slot where a request of this sequence would be; compare its sequence. */
    Slot slot(int sequence) {
        return slots[sequence & mask];
    }

    /** Where to start looking for outstanding requests; up to {@link #nextSequence}. */
    int oldest() {
        while (oldest != nextSequence && (slot(oldest).free() || slot(oldest).sequence != oldest)) {
            oldest++;
        }
        return oldest;
    }

    /** Gives a free slot the next sequence, and memory to keep so many bytes of message in. */
    void take(Slot slot, int length) {
        slot.sequence = nextSequence;
        slot.length = length;
        if (length > Slot.INLINE_BYTES) {
            MemorySegment buffer = buffers.poll();
            slot.memory = buffer == null ? MemorySegment.ofBuffer(ByteBuffer.allocateDirect(datagramBytesMax)) : buffer;
            slot.message = 0;
        }
        outstanding++;
    }

    /** The request that took the slot last is on its way. */
    void sent() {
        nextSequence = nextSequence + 1 == 0 ? 1 : nextSequence + 1;
    }

    void release(Slot slot) {
        if (slot.length > Slot.INLINE_BYTES) {
            buffers.push(slot.memory);
        }
        slot.release();
        outstanding--;
    }

    void markPolled() {
        polled = nextSequence;
    }

    void shiftUnpolled(long gapNs) {
        for (int sequence = polled; sequence != nextSequence; sequence++) {
            Slot slot = slot(sequence);
            if (!slot.free() && slot.sequence == sequence) {
                slot.dueNs += gapNs;
                slot.deadlineNs += gapNs;
                slot.firstSentNs += gapNs;
            }
        }
    }
}
