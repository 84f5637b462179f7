package dev.quern.kvstore.eviction;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/** Records without memory: an address is a number, and is used again at once. Thread: one. */
final class FakeRecords implements QueuedRecords {
    static final int BYTES = 100;

    private record Fake(long key, int mark, int frequency) {
        Fake {
            frequency = Math.min(Frequency.MAX, frequency);
        }
    }

    private final boolean keepsEntries;
    private final Map<Long, Long> byKey = new HashMap<>();
    private final Map<Long, Fake> byAddress = new HashMap<>();
    private final Deque<Long> free = new ArrayDeque<>();
    private long next = 1;
    private long evicted;
    private long evictedKey;

    /**
     * Starts without records.
     *
     * @param keepsEntries whether an entry stands for a key's records, as in a hash index, or for one of them, as in an ordered one
     */
    FakeRecords(boolean keepsEntries) {
        this.keepsEntries = keepsEntries;
    }

    boolean keepsEntries() {
        return keepsEntries;
    }

    static long hashOf(long key) {
        return key * 0x9E3779B97F4A7C15L ^ key << 47;
    }

    private long address(long key) {
        return byKey.getOrDefault(key, 0L);
    }

    private Fake fake(long record) {
        return Objects.requireNonNull(byAddress.get(record));
    }

    boolean contains(long key) {
        return address(key) != 0;
    }

    int size() {
        return byKey.size();
    }

    long evicted() {
        return evicted;
    }

    private void publish(Fake fake) {
        long address = free.isEmpty() ? next++ : free.pop();
        byKey.put(fake.key, address);
        byAddress.put(address, fake);
    }

    void insert(long key, int mark) {
        publish(new Fake(key, mark, 0));
    }

    /** A new record of the same key; its mark counts where it needs an entry of its own. */
    void replace(long key, int mark) {
        long address = address(key);
        Fake old = fake(address);
        publish(new Fake(key, keepsEntries ? old.mark : mark, old.frequency + 1));
        byAddress.remove(address);
        free.push(address);
    }

    void delete(long key) {
        long address = address(key);
        byAddress.remove(address);
        byKey.remove(key);
        free.push(address);
    }

    void hit(long key) {
        setFrequency(address(key), frequencyOf(key) + 1);
    }

    int frequencyOf(long key) {
        return fake(address(key)).frequency;
    }

    /** What a queue is to hold of this key's record. */
    long entry(long key) {
        return (keepsEntries ? key : address(key)) * Frequency.MARKS + fake(address(key)).mark;
    }

    @Override
    public long find(long entry) {
        long named = entry / Frequency.MARKS;
        Fake fake = byAddress.get(keepsEntries ? address(named) : named);
        return fake != null && fake.mark == entry % Frequency.MARKS ? address(fake.key) : 0;
    }

    @Override
    public boolean isStale(long entry) {
        return find(entry) == 0;
    }

    @Override
    public long hash(long record) {
        Fake fake = byAddress.get(record);
        return hashOf(fake == null ? evictedKey : fake.key);
    }

    @Override
    public int frequency(long record) {
        return fake(record).frequency;
    }

    @Override
    public void setFrequency(long record, int frequency) {
        Fake old = fake(record);
        byAddress.put(record, new Fake(old.key, old.mark, frequency));
    }

    @Override
    public boolean mayEvict(long record) {
        return true;
    }

    @Override
    public int evict(long record) {
        evictedKey = fake(record).key;
        delete(evictedKey);
        evicted++;
        return BYTES;
    }
}
