package dev.quern.server.session;

/** One slot of a session's window: how the request of one sequence stands, and its reply when it has one. A cache line. */
final class OutcomeLayout {
    static final int SEQUENCE = 0;
    static final int STATE = SEQUENCE + Integer.BYTES;
    static final int OPCODE = STATE + Byte.BYTES;
    static final int STATUS = OPCODE + Byte.BYTES;
    static final int RESERVED = STATUS + Byte.BYTES;
    static final int LENGTH = RESERVED + Byte.BYTES;
    static final int RESERVED2 = LENGTH + Integer.BYTES;
    /** The reply's body when it fits, else the address of the block that holds it. */
    static final int BODY = RESERVED2 + Integer.BYTES;

    static final int SIZE = 64;
    static final int INLINE_BYTES_MAX = SIZE - BODY;

    static final int EMPTY = 0;
    /** Begun and not ended: a second copy of the request is ignored. */
    static final int EXECUTING = 1;
    /** Ended; the body lies in the slot. */
    static final int INLINE = 2;
    /** Ended; the body lies in a block. */
    static final int BLOCK = 3;
    /** Ended; the body is longer than a datagram and lies among the session's large bodies. */
    static final int LARGE = 4;
    /** Ended; there was no room for the body, or it has been fetched. */
    static final int LOST = 5;

    static {
        if (BODY % Long.BYTES != 0 || INLINE_BYTES_MAX < 2 * Long.BYTES) {
            throw new ExceptionInInitializerError(
                    "a slot holds an aligned address and the replies of the store's writes");
        }
    }

    private OutcomeLayout() {}
}
