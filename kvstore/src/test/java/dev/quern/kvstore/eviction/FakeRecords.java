package dev.quern.kvstore.eviction;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/** Records without memory: an address is a number. Thread: one. */
final class FakeRecords implements QueuedRecords {
    static final int BYTES = 100;

    private static final class Fake {
        private final long hash;
        private final int mark;
        private final int frequency;

        Fake(long hash, int mark, int frequency) {
            this.hash = hash;
            this.mark = mark;
            this.frequency = Math.min(3, frequency);
        }
    }

    private final Map<Long, Long> byHash = new HashMap<>();
    private final Map<Long, Fake> byAddress = new HashMap<>();
    private long next = 1;
    private long evicted;

    private long address(long hash) {
        return byHash.getOrDefault(Entry.hash(hash), 0L);
    }

    private Fake fake(long record) {
        return Objects.requireNonNull(byAddress.get(record));
    }

    boolean contains(long hash) {
        return address(hash) != 0;
    }

    int size() {
        return byHash.size();
    }

    long evicted() {
        return evicted;
    }

    void insert(long hash, int mark) {
        byHash.put(Entry.hash(hash), next);
        byAddress.put(next++, new Fake(Entry.hash(hash), mark, 0));
    }

    /** A new record under the same entry. */
    void replace(long hash) {
        Fake old = fake(address(hash));
        delete(hash);
        byHash.put(old.hash, next);
        byAddress.put(next++, new Fake(old.hash, old.mark, old.frequency + 1));
    }

    void delete(long hash) {
        byAddress.remove(address(hash));
        byHash.remove(Entry.hash(hash));
    }

    void hit(long hash) {
        setFrequency(address(hash), frequency(address(hash)) + 1);
    }

    @Override
    public long find(long entry) {
        long record = address(entry);
        return record != 0 && fake(record).mark == Entry.mark(entry) ? record : 0;
    }

    @Override
    public int frequency(long record) {
        return fake(record).frequency;
    }

    @Override
    public void setFrequency(long record, int frequency) {
        Fake old = fake(record);
        byAddress.put(record, new Fake(old.hash, old.mark, frequency));
    }

    @Override
    public boolean mayEvict(long record) {
        return true;
    }

    @Override
    public int evict(long record) {
        delete(fake(record).hash);
        evicted++;
        return BYTES;
    }
}
