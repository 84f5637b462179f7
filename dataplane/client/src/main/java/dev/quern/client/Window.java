package dev.quern.client;

import dev.quern.protocol.Limits;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/**
 * The outstanding requests of one session, a ring of slots by sequence. Sequences run 1 … 2³²−1 and on with 1: 0 is none. Request
 * <em>s</em> needs the slot of <em>s</em> − window, so that it tells the server that nothing older is waited for.
 *
 * <p>The ring begins with a few slots, and has twice as many whenever the one that is next is still in use, up to the window: the slots of a session
 * with little under way are few, and so stay in the processor's caches, also where there are thousands of sessions. One thread.
 */
final class Window {
    private static final int SLOTS_AT_FIRST = 4;

    private final int size;
    private final int datagramBytesMax;
    private final ArrayDeque<MemorySegment> buffers = new ArrayDeque<>();
    private Slot[] slots;
    private int mask;
    private int nextSequence;
    private int oldest;
    private int polled;
    private int outstanding;

    Window(int size, int datagramBytesMax, int firstSequence) {
        nextSequence = firstSequence;
        oldest = firstSequence;
        polled = firstSequence;
        this.size = size;
        this.datagramBytesMax = datagramBytesMax;
        slots = newSlots(Math.min(size, SLOTS_AT_FIRST));
        mask = slots.length - 1;
    }

    private static Slot[] newSlots(int count) {
        MemorySegment slab = MemorySegment.ofBuffer(ByteBuffer.allocateDirect(count * Slot.INLINE_BYTES));
        Slot[] made = new Slot[count];
        for (int i = 0; i < count; i++) {
            made[i] = new Slot(slab, (long) i * Slot.INLINE_BYTES);
        }
        return made;
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

    /** The slot that the next request needs; when it is not free, the window is full. */
    Slot next() {
        Slot slot = slots[nextSequence & mask];
        while (!slot.free() && slots.length < size) {
            grow();
            slot = slots[nextSequence & mask];
        }
        return slot;
    }

    /** Sequences that had places of their own have them among twice as many, too. */
    private void grow() {
        Slot[] more = newSlots(slots.length);
        Slot[] grown = new Slot[2 * slots.length];
        for (int place = 0; place < slots.length; place++) {
            Slot slot = slots[place];
            // A free slot stays where it is.
            boolean isAbove = !slot.free() && (slot.sequence & slots.length) != 0;
            grown[place] = isAbove ? more[place] : slot;
            grown[place + slots.length] = isAbove ? slot : more[place];
        }
        slots = grown;
        mask = grown.length - 1;
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
