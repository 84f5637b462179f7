package dev.quern.kvstore.index;

/**
 * A walk over a hash index by the bits of the hashes, the lowest first (as Pieter Noordhuis's cursor of Redis goes). A bucket's records are
 * all those whose hashes begin with the same bits in that order, so it covers a range of them, and splits and merges make two ranges of one and
 * one of two, side by side. The walk goes from the end of one range to whatever bucket then begins there; so a record that is there
 * throughout is met however the index grows and shrinks meanwhile.
 */
final class HashWalk extends BucketWalk {
    /** Bits of a hash that can tell buckets apart. */
    private static final int BITS = 48;

    private static final long END = 1L << BITS;
    private static final long NO_BUCKET = -1;

    private final HashIndex index;

    /** All hashes before this one, their bits reversed, were met; but see {@link #settle}. */
    private long place;

    /** The bucket that the caller is looking at, and the merges counted before. */
    private long bucket = NO_BUCKET;

    private long merges;

    HashWalk(HashIndex index, long cursor) {
        this.index = index;
        place = Math.clamp(cursor - 1, 0, END);
    }

    @Override
    public long next() {
        settle();
        if (place == END) {
            return 0;
        }
        merges = index.merges();
        bucket = HashIndex.number(reversed(place), index.bucketCount());
        return index.bucketAt(bucket);
    }

    /** Steps over the bucket that was looked at, as far as its records cannot have gone from it unseen. */
    private void settle() {
        if (bucket == NO_BUCKET) {
            return;
        }
        // Read after the bucket. What was merged or split off meanwhile may have gone from it unseen.
        long count = index.bucketCount();
        if (index.merges() == merges && HashIndex.number(reversed(place), count) == bucket) {
            long width = width(bucket, count);
            place = (place & -width) + width;
        }
        bucket = NO_BUCKET;
    }

    /** How many reversed hashes there are in the range of a bucket. */
    private static long width(long bucket, long count) {
        long low = Long.highestOneBit(count);
        boolean isSplit = bucket >= low || bucket < count - low;
        return END / low >> (isSplit ? 1 : 0);
    }

    private static long reversed(long hash) {
        return Long.reverse(hash) >>> Long.SIZE - BITS;
    }

    @Override
    public boolean isDone() {
        settle();
        return place == END;
    }

    @Override
    public long cursor() {
        // One more than the place, which stays 0 when the first bucket has to be looked at again.
        return isDone() ? 0 : place + 1;
    }
}
