package dev.quern.kvstore.eviction;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.kvstore.memory.RecordLayout;

/**
 * What eviction writes into a record: how often it was asked for, and a mark, by which an entry of a queue tells it from what was there
 * before. The frequency is changed without a lock, and a change may be lost beside another one; it is a guess anyway.
 */
public final class Frequency {
    /** Counting further would change no decision. */
    static final int MAX = 3;

    /** Marks are below this. */
    static final int MARKS = 256;

    /** The least mark of a record that is in a table. */
    static final int MARK_MIN = 1;

    private Frequency() {}

    /** Counts a request; no store once the record is known to be popular. */
    public static void count(long record) {
        int now = of(record);
        if (now < MAX) {
            set(record, now + 1);
        }
    }

    /** From 0 to {@link #MAX}. */
    public static int of(long record) {
        return NativeMemory.getByte(record + RecordLayout.FREQUENCY_OFFSET);
    }

    public static void set(long record, int frequency) {
        NativeMemory.putByte(record + RecordLayout.FREQUENCY_OFFSET, (byte) frequency);
    }

    public static int mark(long record) {
        return Byte.toUnsignedInt(NativeMemory.getByte(record + RecordLayout.MARK_OFFSET));
    }

    /** Of a record that will be inserted, before it is published. */
    public static void begin(long record, int mark) {
        set(record, 0);
        setMark(record, mark);
    }

    /** Of a record that will replace another one, before it is published; the replacement counts as a request. */
    public static void inherit(long record, long old, int mark) {
        set(record, Math.min(MAX, of(old) + 1));
        setMark(record, mark);
    }

    /** Of a record that was taken out, and has no use for its entry any more: who meets that then sees it at a glance. */
    public static void end(long record) {
        setMark(record, 0);
    }

    private static void setMark(long record, int mark) {
        NativeMemory.putByte(record + RecordLayout.MARK_OFFSET, (byte) mark);
    }
}
