package dev.quern.kvstore.index;

/**
 * A place on the way over an index's buckets, between two of them. Good until the core leaves its epoch, or for as long as nobody changes
 * the index; its {@link #cursor} is good over any time. Thread: one at a time.
 */
public abstract class BucketWalk {
    BucketWalk() {}

    /** Steps over the next bucket and returns its address; 0 when there is none. */
    public abstract long next();

    /** Whether all buckets were met. */
    public abstract boolean isDone();

    /** From where another walk may go on: never 0, unless this one is at its end. */
    public abstract long cursor();
}
