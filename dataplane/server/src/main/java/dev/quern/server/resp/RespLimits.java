package dev.quern.server.resp;

import dev.quern.kvstore.Limits;

/** The Redis door's limits, each with its reason. */
final class RespLimits {
    /** What one read may bring: a burst of pipelined commands, and one core's reads share one buffer. */
    static final int RECEIVE_BYTES = 64 * 1024;

    /** Buffers of reads whose commands wait, at most: a new one is zeroed, which takes as long as some tens of commands. 4 MiB of a core, where used. */
    static final int RECEIVE_BUFFERS_KEPT = 64;

    /** What a core's shared output buffer starts with: the replies of a burst of usual size. */
    static final int OUTPUT_BYTES = 64 * 1024;

    /** Past this the burst's replies so far go to the socket and the next ones start a buffer anew. */
    static final int OUTPUT_FLUSH_BYTES = 256 * 1024;

    /** A larger shared output buffer is let go of after its burst instead of being kept. */
    static final int OUTPUT_KEPT_BYTES = 1 << 20;

    /** Replies waiting for a slow reader before its commands wait, unread. */
    static final int OUTPUT_PAUSE_BYTES = 1 << 20;

    /** Waiting replies at which the commands go on. */
    static final int OUTPUT_RESUME_BYTES = 256 * 1024;

    /** Replies waiting for one connection at most; beyond, it is closed. Four of the longest values. */
    static final int OUTPUT_BYTES_MAX = 64 << 20;

    /** The longest argument: a value. */
    static final int BULK_BYTES_MAX = 16 << 20;

    /** All arguments of one command together: an MSET of a few of the longest values. */
    static final long COMMAND_BYTES_MAX = 64L << 20;

    /** Arguments of one command: an MSET of half as many records. */
    static final int ARGUMENTS_MAX = 1 << 16;

    /** Arguments, and bytes of one, before the connection has named a tenant; as in Redis. */
    static final int UNAUTHENTICATED_ARGUMENTS_MAX = 10;

    static final int UNAUTHENTICATED_BULK_BYTES_MAX = 16 * 1024;

    /** Connections of one core: what file limits usually allow. */
    static final int CONNECTIONS_MAX = 10_000;

    /** Connections that the kernel keeps waiting for us, as in Redis. */
    static final int BACKLOG = 511;

    /** How often a command that writes several records tries again when another core was quicker. */
    static final int TRANSACTION_ATTEMPTS_MAX = 64;

    /** {@link #TRANSACTION_ATTEMPTS_MAX} of an EXEC with SCAN or KEYS: each attempt may hold the core for as long as a whole table takes. */
    static final int SCAN_ATTEMPTS_MAX = 4;

    /** Commands between MULTI and EXEC: they hold the core for as long as they take, and the store's transaction takes 16,384 writes. */
    static final int QUEUED_COMMANDS_MAX = 8192;

    /** Their arguments, which a connection keeps until EXEC: those of one longest command. */
    static final long QUEUED_BYTES_MAX = COMMAND_BYTES_MAX;

    /** Keys that a connection watches: EXEC looks at each. */
    static final int WATCHED_KEYS_MAX = 1024;

    /** Records one SCAN step looks at: some hundreds of microseconds of the core. */
    static final int SCAN_RECORDS_MAX = 10_000;

    /** Keys that KEYS answers with; beyond, SCAN is the way. */
    static final int KEYS_MAX = 1 << 20;

    /** Of a hash that is kept in one record, which each change writes anew: a few microseconds' copying, and as Redis's listpacks. */
    static final int PACKED_FIELDS_MAX = 512;

    static final int PACKED_BYTES_MAX = 64 * 1024;

    /** A field of a hash or member of a sorted set: with the structure's id, kind and score it is a key of the store. */
    static final int MEMBER_BYTES_MAX = Limits.KEY_BYTES_MAX - ElementKey.MEMBER_OFFSET_MAX;

    /** Members that a command by rank passes over: some milliseconds of the core, as the store counts no members by rank. */
    static final int RANK_STEPS_MAX = 100_000;

    /** A connection's name and what CLIENT SETINFO tells. */
    static final int CLIENT_TEXT_MAX = 256;

    /** SELECT takes numbers below this, as a Redis out of the box. */
    static final int DATABASES = 16;

    /** Characters of an unknown command's name and arguments shown in its error, as in Redis. */
    static final int ERROR_TEXT_MAX = 128;

    /** Of an unknown option; Redis repeats all of it. */
    static final int OPTION_TEXT_MAX = 4096;

    /** Pieces of commands that wait behind one under way; at so many no more is read from the socket. */
    static final int HELD_PIECES_MAX = 1024;

    /** What is copied in the midst of a function at a time: some microseconds' worth. */
    static final int SHORT_BYTES_MAX = 64 * 1024;

    static {
        if (OUTPUT_RESUME_BYTES > OUTPUT_PAUSE_BYTES
                || OUTPUT_PAUSE_BYTES > OUTPUT_BYTES_MAX
                || OUTPUT_BYTES_MAX <= BULK_BYTES_MAX
                || COMMAND_BYTES_MAX <= BULK_BYTES_MAX) {
            throw new ExceptionInInitializerError("a reply or command of the longest value must fit");
        }
    }

    private RespLimits() {}
}
