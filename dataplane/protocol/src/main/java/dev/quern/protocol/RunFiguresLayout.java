package dev.quern.protocol;

import java.lang.foreign.MemorySegment;

/** What calls of a function have taken lately at a client that runs them: means, behind the arguments of an {@link Opcode#INVOKE} request. */
public final class RunFiguresLayout {
    public static final int TOOK_US_OFFSET = 0;
    public static final int ROUND_TRIPS_OFFSET = TOOK_US_OFFSET + Integer.BYTES;
    public static final int RECORDS_OFFSET = ROUND_TRIPS_OFFSET + Short.BYTES;

    /** The length of all of it. */
    public static final int BYTES = RECORDS_OFFSET + Short.BYTES;

    private RunFiguresLayout() {}

    /** Writes all of it. */
    public static void write(MemorySegment memory, long figures, int tookUs, int roundTrips, int records) {
        Wire.putInt(memory, figures + TOOK_US_OFFSET, tookUs);
        Wire.putShort(memory, figures + ROUND_TRIPS_OFFSET, roundTrips);
        Wire.putShort(memory, figures + RECORDS_OFFSET, records);
    }

    /** Microseconds from when a call came back to its commit. */
    public static long tookUs(MemorySegment memory, long figures) {
        return Integer.toUnsignedLong(Wire.getInt(memory, figures + TOOK_US_OFFSET));
    }

    /** How often a call waited for the server before its commit. */
    public static int roundTrips(MemorySegment memory, long figures) {
        return Wire.getUnsignedShort(memory, figures + ROUND_TRIPS_OFFSET);
    }

    /** Records that a call read. */
    public static int records(MemorySegment memory, long figures) {
        return Wire.getUnsignedShort(memory, figures + RECORDS_OFFSET);
    }
}
