package dev.quern.kvstore.history;

/**
 * One key read or written by an operation that succeeded.
 *
 * @param key a number that names table and key
 * @param version what the store gave the write, rising along the writes of a key; of a read, the version that was found, or
 *     {@link #ABSENT}
 * @param value what was read or written
 */
public record Access(Kind kind, long key, long version, long value) {
    /** The version of a record that is not there. */
    public static final long ABSENT = 0;

    /** What was done. */
    public enum Kind {
        READ,
        PUT,
        /** The value is the sum that was left. */
        INCREMENT,
        DELETE
    }

    public static Access read(long key, long version, long value) {
        return new Access(Kind.READ, key, version, value);
    }

    public static Access readAbsent(long key) {
        return read(key, ABSENT, 0);
    }

    public static Access put(long key, long version, long value) {
        return new Access(Kind.PUT, key, version, value);
    }

    public static Access delete(long key, long version) {
        return new Access(Kind.DELETE, key, version, 0);
    }

    boolean isWrite() {
        return kind != Kind.READ;
    }

    boolean isReadOfNothing() {
        return kind == Kind.READ && version == ABSENT;
    }
}
