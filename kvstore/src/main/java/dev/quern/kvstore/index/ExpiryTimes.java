package dev.quern.kvstore.index;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * When something in an index may expire next: the earliest time for each group of eight buckets, for each block of 512 groups, and in
 * all. Finding what is due so costs about as much as there is due. A time may be too early, as when the record was replaced, and is
 * never too late. On the heap: a third of a byte for each record, in tables that have expiring ones.
 *
 * <p>Times are noted on any thread, from the group upward; the sweep, one thread at a time, forgets them from the top down before it
 * looks. So a time that it did not see is noted above what it forgot.
 */
public final class ExpiryTimes {
    private static final long NEVER = Long.MAX_VALUE;
    private static final int GROUP_SHIFT = 3;
    private static final int GROUP_BUCKETS = 1 << GROUP_SHIFT;
    private static final int BLOCK_SHIFT = 9;
    private static final int BLOCK_GROUPS = 1 << BLOCK_SHIFT;

    /** Times looked at for the price of a bucket: they lie side by side. */
    private static final int LOOKS_PER_STEP = 8;

    /** Sees a bucket by its number. */
    @FunctionalInterface
    public interface BucketVisitor {
        void visit(long bucket);
    }

    private static final class Block {
        private final AtomicLong soonest = new AtomicLong(NEVER);
        private final AtomicLongArray groups = new AtomicLongArray(BLOCK_GROUPS);

        Block() {
            for (int group = 0; group < BLOCK_GROUPS; group++) {
                groups.setPlain(group, NEVER);
            }
        }
    }

    private final AtomicLong soonest = new AtomicLong(NEVER);
    private volatile @Nullable Block[] blocks = new Block[0];

    // The sweep's place in its pass.
    private final Pass pass = new Pass();
    private boolean isInBlock;
    private int block;
    private int group;

    /** Notes that a record in this bucket will expire. After it was published, and with the number that its bucket then has. */
    void note(long bucket, long expiryMs) {
        int number = Math.toIntExact(bucket >>> GROUP_SHIFT + BLOCK_SHIFT);
        @Nullable Block[] all = blocks;
        Block its = number < all.length ? all[number] : null;
        if (its == null) {
            its = newBlock(number);
        }
        int place = (int) (bucket >>> GROUP_SHIFT) & BLOCK_GROUPS - 1;
        long noted = its.groups.get(place);
        while (expiryMs < noted && !its.groups.compareAndSet(place, noted, expiryMs)) {
            noted = its.groups.get(place);
        }
        lower(its.soonest, expiryMs);
        lower(soonest, expiryMs);
    }

    private synchronized Block newBlock(int number) {
        @Nullable Block[] more = Arrays.copyOf(blocks, Math.max(number + 1, blocks.length));
        Block its = more[number];
        if (its == null) {
            its = new Block();
            more[number] = its;
            blocks = more;
        }
        return its;
    }

    static void lower(AtomicLong time, long toMs) {
        long now = time.get();
        while (toMs < now && !time.compareAndSet(now, toMs)) {
            now = time.get();
        }
    }

    /** Whether nothing is to be swept now: no pass is under way, and nothing is due or the last pass was a moment ago. */
    public boolean isIdle(long nowMs) {
        return !pass.isUnderWay() && (soonest.get() > nowMs || !pass.mayBegin(nowMs));
    }

    /** Whether the pass that is under way has not seen all. */
    public boolean isInPass() {
        return pass.isUnderWay();
    }

    /**
     * Goes on with a pass, or begins one: shows the buckets of groups in which something is due. The visitor takes away what has expired
     * and notes what has not.
     *
     * @param bucketsMax bounds the buckets, and together with them the times looked at
     */
    public void sweep(long nowMs, int bucketsMax, BucketVisitor visitor) {
        if (isIdle(nowMs)) {
            return;
        }
        if (!pass.isUnderWay()) {
            pass.begin(nowMs);
            block = 0;
            soonest.set(NEVER);
        }
        int looksLeft = bucketsMax * LOOKS_PER_STEP;
        while (looksLeft > 0 && pass.isUnderWay()) {
            if (block >= blocks.length) {
                pass.end();
            } else {
                looksLeft -= sweepBlock(blocks[block], nowMs, looksLeft, visitor);
            }
        }
    }

    /** Returns what it cost, in looks. */
    private int sweepBlock(@Nullable Block its, long nowMs, int looksMax, BucketVisitor visitor) {
        if (!isInBlock) {
            long first = its == null ? NEVER : its.soonest.get();
            if (its == null || first > nowMs) {
                lower(soonest, first);
                block++;
                return 1;
            }
            its.soonest.set(NEVER);
            isInBlock = true;
            group = 0;
        }
        if (its == null) {
            throw new IllegalStateException("a pass is in a block that is not there: block=" + block);
        }
        int looks = 0;
        for (; group < BLOCK_GROUPS && looks < looksMax; group++) {
            looks++;
            if (its.groups.get(group) <= nowMs) {
                its.groups.set(group, NEVER);
                long first = (long) block << BLOCK_SHIFT + GROUP_SHIFT | (long) group << GROUP_SHIFT;
                for (long bucket = first; bucket < first + GROUP_BUCKETS; bucket++) {
                    visitor.visit(bucket);
                }
                looks += GROUP_BUCKETS * LOOKS_PER_STEP;
            }
            lower(its.soonest, its.groups.get(group));
        }
        if (group == BLOCK_GROUPS) {
            lower(soonest, its.soonest.get());
            isInBlock = false;
            block++;
        }
        return looks;
    }
}
