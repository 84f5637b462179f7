package dev.quern.protocol;

import java.lang.foreign.MemorySegment;

/**
 * The other end of a {@link ShmSender}: finds datagrams where they were written. What the other process writes is read once and checked;
 * when it cannot be, the ring is {@link #isBroken} and gives nothing more. The datagram itself may change while it is looked at, when the
 * other process wants it to: who does not trust it copies it first. One thread; allocates nothing.
 */
public final class ShmReceiver {
    /** How many parts of the ring are taken before the other end is told: each word costs both ends a cache miss. */
    private static final int SETTLEMENTS = 8;

    private final MemorySegment memory;
    private final long ring;
    private final long ringBytes;
    private final long takenAddress;

    /** Bytes taken since the ring began. */
    private long taken;

    /** What the other end was told of that. */
    private long settled;

    /** Bytes up to which {@link #look} has gone. */
    private long seen;

    private int length;
    private boolean isBroken;

    /**
     * @param memory what the addresses are in
     * @param ring where the ring begins
     * @param takenAddress where the other end is told how much was taken
     */
    public ShmReceiver(MemorySegment memory, long ring, int ringBytes, long takenAddress) {
        this.memory = memory;
        this.ring = ring;
        this.ringBytes = ringBytes;
        this.takenAddress = takenAddress;
    }

    /** Whether something was written that was not taken yet; costs one load. */
    public boolean hasNext() {
        return peek() != ShmRecordLayout.LENGTH_NONE && !isBroken;
    }

    /**
     * Looks how far the ring is filled, from where it came to last time. Nothing but times may hang on it: the other end can make it go anywhere in the ring.
     *
     * @param recordsMax how many datagrams to go on by at the most
     * @return bytes since the ring began, see {@link #taken}
     */
    public long look(int recordsMax) {
        seen = seen - taken < 0 ? taken : seen;
        for (int i = 0; i < recordsMax && seen - taken < ringBytes; i++) {
            long at = seen & (ringBytes - 1);
            int said = Wire.getIntAcquire(memory, ring + at + ShmRecordLayout.LENGTH_OFFSET);
            if (said == ShmRecordLayout.LENGTH_SKIP && at > 0) {
                seen += ringBytes - at;
            } else if (said == ShmRecordLayout.LENGTH_NONE
                    || said < 0
                    || said > Limits.DATAGRAM_BYTES_LOOPBACK
                    || ShmRecordLayout.bytes(said) > ringBytes - at) {
                break;
            } else {
                seen += ShmRecordLayout.bytes(said);
            }
        }
        return seen;
    }

    /** Bytes taken since the ring began. */
    public long taken() {
        return taken;
    }

    private int peek() {
        // acquire: pairs with putIntRelease in ShmSender.append
        return Wire.getIntAcquire(memory, ring + place() + ShmRecordLayout.LENGTH_OFFSET);
    }

    /**
     * The next datagram, which stays until {@link #take}.
     *
     * @return where it is, or −1 when there is none
     */
    public long next() {
        int said = peek();
        if (said == ShmRecordLayout.LENGTH_SKIP && !isBroken) {
            if (place() == 0) {
                isBroken = true; // A ring that consists of nothing but its end would be walked for ever.
                return -1;
            }
            taken += ringBytes - place();
            said = peek();
        }
        if (said == ShmRecordLayout.LENGTH_NONE || isBroken) {
            return -1;
        }
        long room = ringBytes - place();
        if (said < 0 || said > Limits.DATAGRAM_BYTES_LOOPBACK || ShmRecordLayout.bytes(said) > room) {
            isBroken = true;
            return -1;
        }
        length = said;
        return ring + place() + ShmRecordLayout.DATAGRAM_OFFSET;
    }

    /** The length of what {@link #next} found, as it was then. */
    public int length() {
        return length;
    }

    /** Gives back the place of what {@link #next} found. */
    public void take() {
        taken += ShmRecordLayout.bytes(length);
        if (taken - settled >= ringBytes / SETTLEMENTS) {
            settle();
        }
    }

    /** Tells the other end how much was taken. For when there is nothing more to take. */
    public void settle() {
        if (taken != settled) {
            settled = taken;
            // release: pairs with getLongAcquire in ShmSender.hasRoom
            Wire.putLongRelease(memory, takenAddress, taken);
        }
    }

    /** Whether the other end wrote what cannot be: nothing more comes. */
    public boolean isBroken() {
        return isBroken;
    }

    private long place() {
        return taken & (ringBytes - 1);
    }
}
