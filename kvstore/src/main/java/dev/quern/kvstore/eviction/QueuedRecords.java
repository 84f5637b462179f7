package dev.quern.kvstore.eviction;

/** The records of a table as the policy sees them, from one core inside its epoch. */
public interface QueuedRecords {
    /** What {@link #frequency} says of a record whose time is over. */
    int EXPIRED = -1;

    /** The record that an entry stands for, or 0 when it has gone. */
    long find(long entry);

    /** Whether an entry can be dropped as its record has gone; false also when that is not seen at a glance. */
    boolean isStale(long entry);

    /** The hash of its key; also of one that {@link #evict} took out. */
    long hash(long record);

    /** How often it was asked for, up to 3, since it was last looked at; or {@link #EXPIRED}. */
    int frequency(long record);

    /** Lowers what {@link #frequency} says; a request at the same time may be lost. */
    void setFrequency(long record, int frequency);

    /** Whether it may go now. One that may not is treated as if it was asked for. */
    boolean mayEvict(long record);

    /** Takes a record out of the table and retires it; returns its bytes, or 0 when it was replaced or deleted meanwhile. */
    int evict(long record);
}
