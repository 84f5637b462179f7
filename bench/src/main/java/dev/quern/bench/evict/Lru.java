package dev.quern.bench.evict;

/** Evicts what was not asked for the longest. */
final class Lru implements CachePolicy {
    private final int capacity;
    private final KeyList list;

    Lru(int capacity, int keysBound) {
        this.capacity = capacity;
        list = new KeyList(keysBound);
    }

    @Override
    public boolean access(int key) {
        boolean hit = list.contains(key);
        if (hit) {
            list.remove(key);
        } else if (list.size() == capacity) {
            list.remove(list.oldest());
        }
        list.addNewest(key);
        return hit;
    }
}
