package dev.quern.kvstore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.kvstore.index.Index;
import java.util.HashSet;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Of an ordered table: all that a hash table's eviction keeps, and what entries that are addresses could break. */
class OrderedEvictionTest extends EvictionTest {
    private static final long ENTRIES_SLACK = 2_000;

    OrderedEvictionTest() {
        super(TableKind.ORDERED);
    }

    private TableEviction eviction() {
        return Objects.requireNonNull(cache.eviction());
    }

    private Keys rising(long number) {
        return keys.key(Long.reverseBytes(number));
    }

    @Test
    void shouldKeepTheQueuesShortWhileRecordsAreReplacedAndLoseNone() {
        int records = 2_000;
        Random random = new Random(1);
        for (int i = 0; i < 100_000; i++) {
            assertEquals(StoreStatus.OK, put(cache, random.nextInt(records), random.nextInt(VALUE_BYTES)));
            long entries = eviction().entries();
            assertTrue(entries <= 2 * cache.size() + ENTRIES_SLACK, entries + " entries of " + cache.size());
        }
        assertEquals(records, cache.size());
        core.enter(0);
        eviction().evict(core, Long.MAX_VALUE, Integer.MAX_VALUE);
        core.exit();
        assertEquals(0, cache.size());
        assertEquals(0, eviction().entries());
    }

    @Test
    void shouldKeepWhatIsReplacedOften() {
        int popular = 500;
        for (int key = 0; key < 50_000; key++) {
            put(cache, popular + key, VALUE_BYTES);
            put(cache, key % popular, VALUE_BYTES);
        }
        for (int key = 0; key < popular; key++) {
            assertTrue(isThere(cache, key), "key " + key);
        }
    }

    /** Values full of what looks like other records: an address is a record's if the index has it, whatever stands there. */
    @Test
    void shouldTakeNoAddressForARecordThatIsNotOne() {
        int records = 2_000;
        for (int key = 0; key < records; key++) {
            put(cache, key, 200);
        }
        core.enter(0);
        for (int key = 0; key < records; key += 2) {
            long other = keys.key(key + 1).find(cache, core);
            NativeMemory.copy(other, keys.valueAddress(), Record.bytes(other));
            keys.key(key).valueLength(Record.bytes(other)).put(cache, core);
            keys.key(key + 1).delete(cache, core);
            keys.valueLength(100).put(cache, core);
        }
        core.exit();
        core.maintain(0, 1_000);
        core.enter(0);
        Set<Long> there = new HashSet<>();
        long cursor = 0;
        do {
            cursor = cache.scan(core, cursor, records, there::add);
        } while (cursor != 0);
        assertEquals(records, there.size());
        Index index = cache.index();
        long end = tenant.arenaAddress() + tenant.arenaLength();
        int found = 0;
        for (long address = tenant.arenaAddress(); address < end; address += Long.BYTES) {
            long record = index.findQueued(index.queueEntry(0, address));
            assertEquals(there.contains(address) ? address : 0, record);
            found += record == 0 ? 0 : 1;
        }
        assertEquals(records, found);
        core.exit();
    }

    @Test
    void shouldJoinTheLeavesThatItEmptiesWhileKeysMoveOn() {
        int writes = 100_000;
        long most = 0;
        for (int i = 0; i < writes; i++) {
            core.enter(i);
            assertEquals(StoreStatus.OK, rising(i).valueLength(100).put(cache, core));
            core.exit();
            most = Math.max(most, cache.stats().indexBytes());
        }
        assertTrue(cache.stats().evictions() > writes / 2, cache.stats().evictions() + " evictions");
        assertTrue(most < 40 * cache.size(), most + " bytes of index for " + cache.size() + " records");
    }
}
