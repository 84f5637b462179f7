package dev.quern.kvstore.index;

/**
 * A leaf of an ordered index and the keys that belong in it, as {@link OrderedIndex#locate} found them: from {@link #low} up to, but
 * without, {@link #high}. A leaf has the same keys until it is replaced. Good until the core leaves its epoch; thread: the core's.
 */
public final class LeafRange {
    private long leaf;
    private long low;
    private long high;

    void start() {
        leaf = 0;
        low = 0;
        high = 0;
    }

    /** On the way down: narrows the range to one child's. */
    void pass(long node, int place) {
        if (place > 0) {
            low = InnerNode.separator(node, place - 1);
        }
        if (place < InnerNode.count(node) - 1) {
            high = InnerNode.separator(node, place);
        }
    }

    void arrive(long at) {
        leaf = at;
    }

    /** The leaf: a bucket. */
    public long leaf() {
        return leaf;
    }

    /** Whether there are leaves before this one. */
    public boolean hasLow() {
        return low != 0;
    }

    /** Whether there are leaves behind this one. */
    public boolean hasHigh() {
        return high != 0;
    }

    public long lowAddress() {
        return InnerNode.keyAddress(low);
    }

    public int lowLength() {
        return InnerNode.keyLength(low);
    }

    public long highAddress() {
        return InnerNode.keyAddress(high);
    }

    public int highLength() {
        return InnerNode.keyLength(high);
    }
}
