package dev.quern.kvstore;

import dev.quern.kvstore.index.BucketLock;
import dev.quern.kvstore.index.KeyOrder;
import dev.quern.kvstore.index.LeafRange;
import dev.quern.kvstore.index.OrderedIndex;
import dev.quern.kvstore.index.SavedKey;
import dev.quern.kvstore.index.SortedRecords;
import org.jspecify.annotations.Nullable;

/**
 * A walk over a range of an ordered table, a leaf at a time. It shows keys in strict order and so none twice, and every record that is
 * there from the first step to the last; what comes and goes meanwhile, it may show or not.
 *
 * <p>Opened for a {@link Transaction} it shows the table as that sees it, its own writes included, and all of the range that was walked is
 * part of what the commit checks: a record that another one inserted there makes it a conflict.
 *
 * <p>Opened anew as often as one likes; allocates nothing once it is warm. Thread: the core's, inside its epoch; to go on in a later burst,
 * {@link #pause} before the core leaves.
 */
public final class RangeCursor {
    private final StoreCore core;
    private final LeafRange range = new LeafRange();
    private final SortedRecords records = new SortedRecords();
    private final SavedKey paused = new SavedKey();
    private @Nullable Table table;
    private @Nullable Transaction transaction;
    private RangeQuery query = new RangeQuery();
    private @Nullable OrderedIndex index;

    /** Where in the sorted records of the leaf the next one is. */
    private int place;

    /** The record shown last. */
    private long last;

    /** The key behind which the leaf's records are taken; of length 0 for all. */
    private long behindAddress;

    private int behindLength;
    private boolean isBehindIncluded;
    private boolean isBegun;
    private boolean isPaused;
    private long writesSeen;

    public RangeCursor(StoreCore core) {
        this.core = core;
    }

    /**
     * Begins a walk.
     *
     * @throws IllegalArgumentException when the table is not an ordered one
     */
    public void open(Table newTable, RangeQuery newQuery) {
        open(newTable, newQuery, null);
    }

    /** As above, as part of the core's running transaction. */
    void open(Table newTable, RangeQuery newQuery, @Nullable Transaction newTransaction) {
        if (!(newTable.index() instanceof OrderedIndex ordered)) {
            throw new IllegalArgumentException(newTable + " is a hash table, which has no ranges");
        }
        table = newTable;
        query = newQuery;
        transaction = newTransaction;
        index = ordered;
        records.clear();
        place = 0;
        last = Record.NONE;
        isBegun = false;
        isPaused = false;
    }

    /** The next record of the range, or {@link Record#NONE} when there is none. */
    public long next() {
        OrderedIndex from = index;
        if (from == null) {
            return Record.NONE;
        }
        core.awaitWritesSeen();
        boolean hasWritten = transaction != null && transaction.writeCount() != writesSeen;
        if (!isBegun) {
            isBegun = true;
            begin(from);
        } else if (hasWritten && last != Record.NONE) {
            // What it wrote since may belong in the leaf at hand.
            seek(from, Record.keyAddress(last), Record.keyLength(last));
        }
        while (place == records.count()) {
            if (!goOn(from)) {
                return Record.NONE;
            }
        }
        last = records.record(query.isBackwards() ? records.count() - 1 - place : place);
        place++;
        return last;
    }

    /** Before the core leaves its epoch: notes the last key, from which {@link #next} then goes on. Not in a transaction. */
    public void pause() {
        if (last != Record.NONE) {
            paused.set(Record.keyAddress(last), Record.keyLength(last));
            isPaused = true;
        }
        last = Record.NONE;
        isBegun = false;
        records.clear();
        place = 0;
    }

    private void begin(OrderedIndex from) {
        if (isPaused) {
            seek(from, paused.address(), paused.length());
            return;
        }
        if (!query.isBackwards()) {
            if (query.hasLow()) {
                from.locate(query.low().address(), query.low().length(), range);
            } else {
                from.locate(0, 0, range);
            }
        } else if (!query.hasHigh()) {
            from.locateLast(range);
        } else if (query.isHighIncluded()) {
            from.locate(query.high().address(), query.high().length(), range);
        } else {
            from.locateBefore(query.high().address(), query.high().length(), range);
        }
        load(from, 0, 0, false);
    }

    /** To the first key behind this one, in the direction of the walk. */
    private void seek(OrderedIndex from, long keyAddress, int keyLength) {
        if (query.isBackwards()) {
            from.locateBefore(keyAddress, keyLength, range);
        } else {
            from.locate(keyAddress, keyLength, range);
        }
        load(from, keyAddress, keyLength, false);
    }

    /** To the next leaf; false when there is none in the range. */
    private boolean goOn(OrderedIndex from) {
        long bound;
        int length;
        if (query.isBackwards()) {
            if (!range.hasLow() || !mayBeFromLow()) {
                return false;
            }
            bound = range.lowAddress();
            length = range.lowLength();
            from.locateBefore(bound, length, range);
        } else {
            if (!range.hasHigh() || !query.isUpToHigh(range.highAddress(), range.highLength())) {
                return false;
            }
            bound = range.highAddress();
            length = range.highLength();
            from.locate(bound, length, range);
        }
        // The leaf may by now be one that was merged with that which was shown.
        load(from, bound, length, true);
        return true;
    }

    private boolean mayBeFromLow() {
        return !query.hasLow()
                || KeyOrder.compare(
                                range.lowAddress(),
                                range.lowLength(),
                                query.low().address(),
                                query.low().length())
                        > 0;
    }

    /**
     * Takes up those of the located leaf's records that are in the range and behind a key; a length of 0 is for all.
     *
     * @param isBound whether the key is where the leaves before ended, and itself belongs to the greater keys
     */
    private void load(OrderedIndex from, long keyAddress, int keyLength, boolean isBound) {
        place = 0;
        behindAddress = keyAddress;
        behindLength = keyLength;
        isBehindIncluded = isBound && !query.isBackwards();
        Transaction reader = transaction;
        if (reader == null) {
            gather(range.leaf());
            return;
        }
        for (; ; ) {
            long leaf = range.leaf();
            long version = BucketLock.stableVersion(leaf);
            gather(leaf);
            if (from.isInPlace(leaf) && BucketLock.isUnchanged(leaf, version, core.index())) {
                reader.noteRead(tableOrThrow(), leaf, version);
                break;
            }
            // The same keys again: in another leaf if this one was replaced.
            relocate(from);
        }
        writesSeen = reader.writeCount();
        reader.showWrites(tableOrThrow(), this);
    }

    private void relocate(OrderedIndex from) {
        if (!query.isBackwards()) {
            from.locate(range.hasLow() ? range.lowAddress() : 0, range.hasLow() ? range.lowLength() : 0, range);
        } else if (range.hasHigh()) {
            from.locateBefore(range.highAddress(), range.highLength(), range);
        } else {
            from.locateLast(range);
        }
    }

    private Table tableOrThrow() {
        Table its = table;
        if (its == null) {
            throw new IllegalStateException("the cursor is not open");
        }
        return its;
    }

    private void gather(long leaf) {
        core.noteFound();
        records.clear();
        OrderedIndex.gather(leaf, records);
        records.sort();
        int kept = 0;
        for (int i = 0; i < records.count(); i++) {
            long record = records.record(i);
            if (!Record.isExpired(record, core.nowMs())
                    && isWanted(Record.keyAddress(record), Record.keyLength(record))) {
                records.replace(kept++, record);
            }
        }
        records.truncate(kept);
    }

    private boolean isWanted(long key, int keyLength) {
        if (behindLength > 0) {
            int order = KeyOrder.compare(key, keyLength, behindAddress, behindLength);
            boolean isBehind = query.isBackwards() ? order < 0 : order > 0;
            if (!isBehind && !(order == 0 && isBehindIncluded)) {
                return false;
            }
        }
        return query.isFromLow(key, keyLength) && query.isUpToHigh(key, keyLength);
    }

    /** Puts a transaction's own write in the place of what is there, if its key belongs in this leaf's part of the range. */
    void show(long record, boolean isDelete) {
        long key = Record.keyAddress(record);
        int keyLength = Record.keyLength(record);
        if (range.hasLow() && KeyOrder.compare(key, keyLength, range.lowAddress(), range.lowLength()) < 0
                || range.hasHigh() && KeyOrder.compare(key, keyLength, range.highAddress(), range.highLength()) >= 0
                || !isWanted(key, keyLength)) {
            return;
        }
        int at = records.placeOf(key, keyLength);
        boolean isThere = at < records.count() && SortedRecords.compare(records.record(at), key, keyLength) == 0;
        boolean isGone = isDelete || Record.isExpired(record, core.nowMs());
        if (isThere && isGone) {
            records.remove(at);
        } else if (isThere) {
            records.replace(at, record);
        } else if (!isGone) {
            records.insert(at, record);
        }
    }
}
