package dev.quern.server.resp;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.kvstore.Limits;
import dev.quern.kvstore.Structures;
import java.lang.foreign.Arena;

/**
 * The key of a structure's element: its id, big-endian, a kind, and by kind
 *
 * <ul>
 *   <li>{@link #FIELD}: a hash's field; the record's value is the field's,
 *   <li>{@link #MEMBER}: a sorted set's member; the value is its score, 8 bytes as of {@link Double#doubleToRawLongBits},
 *   <li>{@link #SCORE}: a sorted set's score as an unsigned big-endian number of that order ({@link Score#ordered}), and then the member,
 *       so that they lie by score and, of one score, by the bytes of the member; no value.
 * </ul>
 *
 * One such key at a time, in memory of its own. Thread: the core's.
 */
final class ElementKey implements AutoCloseable {
    static final byte FIELD = 'f';
    static final byte MEMBER = 'm';
    static final byte SCORE = 's';

    static final int KIND_OFFSET = Structures.ID_BYTES;

    /** Of fields and members. */
    static final int NAME_OFFSET = KIND_OFFSET + Byte.BYTES;

    static final int SCORE_OFFSET = NAME_OFFSET;

    /** Behind a score. */
    static final int MEMBER_OFFSET_MAX = SCORE_OFFSET + Long.BYTES;

    private final Arena arena = Arena.ofShared();
    private final long address = arena.allocate(Limits.KEY_BYTES_MAX).address();
    private int length;

    /** The part that all keys of this structure and kind have in common. */
    ElementKey all(long id, byte kind) {
        NativeMemory.putLong(address, Long.reverseBytes(id));
        NativeMemory.putByte(address + KIND_OFFSET, kind);
        length = NAME_OFFSET;
        return this;
    }

    /** A field or member of at most {@link RespLimits#MEMBER_BYTES_MAX}. */
    ElementKey named(long id, byte kind, long name, int nameLength) {
        return all(id, kind).append(name, nameLength);
    }

    /** Where the members of this score begin; see {@link Score#ordered}. */
    ElementKey score(long id, long ordered) {
        all(id, SCORE);
        NativeMemory.putLong(address + SCORE_OFFSET, Long.reverseBytes(ordered));
        length = MEMBER_OFFSET_MAX;
        return this;
    }

    ElementKey append(long name, int nameLength) {
        NativeMemory.copy(name, address + length, nameLength);
        length += nameLength;
        return this;
    }

    long address() {
        return address;
    }

    int length() {
        return length;
    }

    @Override
    public void close() {
        arena.close();
    }
}
