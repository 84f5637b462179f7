package dev.quern.server.resp;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.kvstore.Record;
import dev.quern.kvstore.Structures;

/**
 * How the records of hashes and sorted sets begin: the word that {@link Structures} asks for, and how many fields or members there are.
 * A {@link #PACKED_HASH} has its fields behind that, see {@link PackedFields}; of the others they are elements, see {@link ElementKey}.
 */
final class StructureLayout {
    static final int WORD_OFFSET = 0;

    /** u64. */
    static final int COUNT_OFFSET = WORD_OFFSET + Structures.WORD_BYTES;

    static final int HEADER_BYTES = COUNT_OFFSET + Long.BYTES;

    static final int PACKED_HASH = 1;
    static final int HASH = 2;
    static final int SORTED_SET = 3;

    private static final int KIND_MASK = (1 << Structures.KIND_BITS) - 1;

    private StructureLayout() {}

    /** What a structured record is of. */
    static int kind(long record) {
        return (int) Structures.word(record) & KIND_MASK;
    }

    /** Of its elements. */
    static long id(long record) {
        return Structures.word(record) >>> Structures.KIND_BITS;
    }

    /** Of fields or members. */
    static long count(long record) {
        return NativeMemory.getLong(Record.valueAddress(record) + COUNT_OFFSET);
    }

    static void write(long value, int kind, long id, long count) {
        NativeMemory.putLong(value + WORD_OFFSET, id << Structures.KIND_BITS | kind);
        NativeMemory.putLong(value + COUNT_OFFSET, count);
    }

    /** In Redis's words. */
    static String typeName(long record) {
        if (record == Record.NONE) {
            return "none";
        }
        if (!Record.isStructured(record)) {
            return "string";
        }
        return kind(record) == SORTED_SET ? "zset" : "hash";
    }
}
