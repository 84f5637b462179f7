package dev.quern.protocol;

import java.lang.foreign.MemorySegment;

/** Body of a {@link Opcode#FUNCTION_FETCH} request. The function's name, without an entry, fills the rest. */
public final class FunctionFetchLayout {
    /** Of the module that the client has already: the reply then leaves it out. All zeroes for none. */
    public static final int KNOWN_SHA256_OFFSET = 0;

    public static final int NAME_OFFSET = KNOWN_SHA256_OFFSET + PushbackLayout.SHA256_BYTES;

    /** The least length of this body. */
    public static final int BYTES_MIN = NAME_OFFSET;

    private FunctionFetchLayout() {}

    /** Writes the fixed field; {@code name} follows at {@link #NAME_OFFSET}. */
    public static void write(MemorySegment memory, long body, byte[] knownSha256) {
        long ignored = Wire.putBytes(memory, body + KNOWN_SHA256_OFFSET, knownSha256);
    }

    public static byte[] knownSha256(MemorySegment memory, long body) {
        return Wire.bytes(memory, body + KNOWN_SHA256_OFFSET, PushbackLayout.SHA256_BYTES);
    }
}
