package dev.quern.kvstore;

/** Bits that make a put depend on what is there. */
public final class PutCondition {
    public static final int NONE = 0;

    /** Only when there is no record: else {@link StoreStatus#EXISTS}. */
    public static final int IF_ABSENT = 1;

    /** Only when there is a record: else {@link StoreStatus#NOT_FOUND}. */
    public static final int IF_PRESENT = 2;

    /** The expiry of the record that is there stays, whatever the put says; the put's holds when there is none. */
    public static final int KEEP_EXPIRY = 4;

    private PutCondition() {}
}
