package dev.quern.protocol;

import java.lang.foreign.MemorySegment;

/**
 * One end of a ring in shared memory: writes datagrams where the other end reads them. What the other process writes is read once and
 * checked; when it cannot be, the ring is {@link #isBroken} and takes nothing more. One thread; allocates nothing.
 */
public final class ShmSender {
    private final MemorySegment memory;
    private final long ring;
    private final long ringBytes;
    private final long takenAddress;

    /** Bytes written since the ring began; its place is that modulo the ring's size. */
    private long written;

    /** What the other end is known to have taken. */
    private long taken;

    private boolean isBroken;

    /**
     * @param memory what the addresses are in
     * @param ring where the ring begins
     * @param takenAddress where the other end says how much it has taken
     */
    public ShmSender(MemorySegment memory, long ring, int ringBytes, long takenAddress) {
        this.memory = memory;
        this.ring = ring;
        this.ringBytes = ringBytes;
        this.takenAddress = takenAddress;
    }

    /**
     * Room for the longest datagram; the same again until {@link #publish}.
     *
     * @return where it is to be written, or −1 when the other end has to take something first
     */
    public long reserve() {
        long toEnd = ringBytes - place(written);
        // The next record's first line is cleared ahead of it, so it has to be free as well.
        if (toEnd >= ShmRecordLayout.BYTES_MAX) {
            return hasRoom(ShmRecordLayout.BYTES_MAX + ShmRecordLayout.ALIGNMENT)
                    ? address(written) + ShmRecordLayout.DATAGRAM_OFFSET
                    : -1;
        }
        if (!hasRoom(toEnd + ShmRecordLayout.BYTES_MAX + ShmRecordLayout.ALIGNMENT)) {
            return -1;
        }
        append(toEnd, ShmRecordLayout.LENGTH_SKIP);
        return ring + ShmRecordLayout.DATAGRAM_OFFSET;
    }

    /** Hands over what was written to where {@link #reserve} said. */
    public void publish(int length) {
        append(ShmRecordLayout.bytes(length), length);
    }

    private void append(long bytes, int length) {
        long record = address(written);
        written += bytes;
        Wire.putInt(memory, address(written) + ShmRecordLayout.LENGTH_OFFSET, ShmRecordLayout.LENGTH_NONE);
        // release: pairs with getIntAcquire in ShmReceiver.peek
        Wire.putIntRelease(memory, record + ShmRecordLayout.LENGTH_OFFSET, length);
    }

    /** Whether so many bytes of the ring are free. */
    public boolean hasRoom(long bytes) {
        if (written + bytes - taken <= ringBytes) {
            return true;
        }
        // acquire: pairs with putLongRelease in ShmReceiver.settle; what was taken may be written over
        long now = Wire.getLongAcquire(memory, takenAddress);
        if (now - taken < 0 || written - now < 0) {
            isBroken = true;
        }
        if (isBroken) {
            return false;
        }
        taken = now;
        return written + bytes - taken <= ringBytes;
    }

    /** Whether the other end wrote what cannot be: nothing more goes through. */
    public boolean isBroken() {
        return isBroken;
    }

    private long place(long position) {
        return position & (ringBytes - 1);
    }

    private long address(long position) {
        return ring + place(position);
    }
}
