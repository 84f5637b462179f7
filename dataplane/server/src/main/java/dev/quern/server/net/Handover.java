package dev.quern.server.net;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.ffi.linux.SocketLayout;
import dev.quern.net.NetLimits;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jctools.queues.varhandle.MpscVarHandleArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * Datagrams that came by a queue of one core and are for another: copied into slots of the sender's, which go to the receiver and come back.
 * One for each core; what is sent by it, and what is received, is the core's.
 */
final class Handover {
    /** A datagram under way. Belongs to whichever core has it. */
    static final class Slot {
        private final Handover home;
        private final long address;
        private int length;
        private long sourceMac;

        Slot(Handover home, long address) {
            this.home = home;
            this.address = address;
        }

        long peer() {
            return address;
        }

        long payload() {
            return address + SocketLayout.ADDRESS_SLOT;
        }

        int length() {
            return length;
        }

        long sourceMac() {
            return sourceMac;
        }

        /** Served: it goes back to its sender. */
        void release() {
            home.free.offer(this);
        }
    }

    private final int payloadBytesMax;
    private final MpscVarHandleArrayQueue<Slot> free = new MpscVarHandleArrayQueue<>(NetLimits.HANDOVER_SLOTS);
    private final MpscVarHandleArrayQueue<Slot> inbox;

    /** One core's, of so many; datagrams are at most so long. */
    Handover(int coreCount, int payloadBytesMax) {
        this.payloadBytesMax = payloadBytesMax;
        this.inbox = new MpscVarHandleArrayQueue<>(NetLimits.HANDOVER_SLOTS * Math.max(2, coreCount));
        long stride = (SocketLayout.ADDRESS_SLOT + payloadBytesMax + 63L) & -64;
        MemorySegment memory = Arena.ofAuto().allocate(stride * NetLimits.HANDOVER_SLOTS, 64);
        keep = memory;
        for (int i = 0; i < NetLimits.HANDOVER_SLOTS; i++) {
            free.offer(new Slot(this, memory.address() + i * stride));
        }
    }

    /** The slots' memory lives as long as this does. */
    @SuppressWarnings("unused")
    private final MemorySegment keep;

    /** Copies a datagram to another core; false when too many are under way, and it is lost. Thread: this core's. */
    boolean send(Handover to, long payload, int length, long peer, long sourceMac) {
        Slot slot = length > payloadBytesMax ? null : free.relaxedPoll();
        if (slot == null) {
            return false;
        }
        NativeMemory.copy(peer, slot.address, SocketLayout.ADDRESS_SLOT);
        NativeMemory.copy(payload, slot.payload(), length);
        slot.length = length;
        slot.sourceMac = sourceMac;
        // Never full: it has room for all slots of all cores.
        return to.inbox.offer(slot);
    }

    /** The next datagram for this core, to be released when it is served. Thread: this core's. */
    @Nullable
    Slot receive() {
        return inbox.relaxedPoll();
    }

    boolean isEmpty() {
        return inbox.isEmpty();
    }
}
