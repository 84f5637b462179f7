package dev.quern.kvstore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.quern.kvstore.index.BucketLock;
import dev.quern.kvstore.index.OrderedIndex;
import dev.quern.kvstore.index.Slots;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A leaf that a transaction has walked over is replaced between the walk and the commit, with no record changed by it. An insertion's own
 * split comes right behind the insertion, which is seen by itself, so here a leaf is left over-full as by a commit for which the quota
 * did not suffice, and is split later.
 */
@Timeout(60)
class OrderedFormTest {
    private static final int SLOTS = 28;
    private static final long LEFT = 1;
    private static final long RIGHT = 2 * SLOTS - 3;

    private final Store store = Store.open(new StoreConfig(2, 42, true));
    private final Tenant tenant =
            store.createTenant("t", TenantConfig.defaults().withQuotaBytes(16 << 20));
    private final Table table =
            tenant.createTable("ordered", TableConfig.defaults().withKind(TableKind.ORDERED));
    private final OrderedIndex index = (OrderedIndex) table.index();
    private final Keys keys = new Keys();
    private final StoreCore core = store.attach();
    private final StoreCore other = store.attach();

    @BeforeEach
    void enter() {
        core.enter(1);
        other.enter(1);
    }

    @AfterEach
    void close() {
        core.exit();
        other.exit();
        core.close();
        other.close();
        store.close();
        keys.close();
    }

    private Keys number(long number) {
        return keys.key(Long.reverseBytes(number)).valueLength(8);
    }

    private long leafOf(long number) {
        number(number);
        return index.bucketOf(index.hash(keys.keyAddress(), 8), keys.keyAddress(), 8);
    }

    /** A leaf of even numbers from 0, and a further line behind it that is empty. */
    private long fillLeaf() {
        for (int i = 0; i < SLOTS; i++) {
            assertEquals(StoreStatus.OK, number(2L * i).put(table, core));
        }
        long leaf = leafOf(0);
        assertEquals(leaf, leafOf(2L * SLOTS));
        BucketLock.lock(leaf, core.index());
        Slots.clear(index.reserveSlot(leaf));
        BucketLock.unlock(leaf);
        return leaf;
    }

    private void split(long leaf) {
        index.grow(leaf, table::size, other.index());
        assertFalse(index.isInPlace(leaf));
    }

    private Transaction walk() {
        Transaction walker = core.begin(tenant);
        RangeCursor cursor = walker.newRangeCursor();
        walker.range(table, new RangeQuery(), cursor);
        long count = 0;
        while (cursor.next() != Record.NONE) {
            count++;
        }
        assertEquals(table.size(), count);
        return walker;
    }

    private Transaction miss(long number) {
        Transaction reader = core.begin(tenant);
        number(number);
        assertEquals(Record.NONE, reader.find(table, keys.keyAddress(), keys.keyLength()));
        return reader;
    }

    private void assertConflict(Transaction reader, long inserted) {
        assertEquals(StoreStatus.OK, number(inserted).put(table, other));
        number(1_000_001);
        assertEquals(
                StoreStatus.OK,
                reader.put(table, keys.keyAddress(), keys.keyLength(), keys.valueAddress(), 8, Record.NO_EXPIRY));
        assertEquals(StoreStatus.CONFLICT, reader.commit());
    }

    @ParameterizedTest
    @ValueSource(longs = {LEFT, RIGHT})
    void shouldConflictWhenALeafThatWasWalkedIsSplitAndThenWrittenTo(long inserted) {
        long leaf = fillLeaf();
        Transaction walker = walk();
        split(leaf);
        assertNotEquals(leafOf(LEFT), leafOf(RIGHT));
        assertConflict(walker, inserted);
    }

    @ParameterizedTest
    @ValueSource(longs = {LEFT, RIGHT})
    void shouldConflictWhenAKeyThatWasMissedIsInsertedAfterItsLeafWasSplit(long inserted) {
        long leaf = fillLeaf();
        Transaction reader = miss(inserted);
        split(leaf);
        assertConflict(reader, inserted);
    }

    @Test
    void shouldConflictWhenALeafThatWasWalkedIsCompactedAndThenWrittenTo() {
        long leaf = fillLeaf();
        for (int i = 0; i < SLOTS / 2; i++) {
            assertEquals(StoreStatus.OK, number(4L * i).delete(table, core));
        }
        Transaction walker = walk();
        split(leaf);
        assertEquals(leafOf(LEFT), leafOf(RIGHT));
        assertConflict(walker, LEFT);
    }

    /** Whichever of the two had seen more changes before. */
    @ParameterizedTest
    @ValueSource(longs = {LEFT, RIGHT})
    void shouldConflictWhenAKeyThatWasMissedIsInsertedAfterItsLeafWasMerged(long inserted) {
        for (int i = 0; i < SLOTS + 4; i++) {
            assertEquals(StoreStatus.OK, number(2L * i).put(table, core));
        }
        for (int i = 0; i < SLOTS + 4; i++) {
            if (i % 4 != 0) {
                assertEquals(StoreStatus.OK, number(2L * i).delete(table, core));
            }
        }
        assertNotEquals(leafOf(LEFT), leafOf(RIGHT));
        Transaction reader = miss(inserted);
        other.exit();
        for (long nowMs = 1_000; nowMs < 100_000; nowMs += 1_000) {
            other.maintain(nowMs, 64);
        }
        other.enter(1);
        assertEquals(leafOf(LEFT), leafOf(RIGHT));
        assertConflict(reader, inserted);
    }
}
