package dev.quern.bench.evict;

/** Evicts what came first. */
final class Fifo implements CachePolicy {
    private final int capacity;
    private final KeyRing ring;
    private final boolean[] holds;

    Fifo(int capacity, int keysBound) {
        this.capacity = capacity;
        ring = new KeyRing(capacity);
        holds = new boolean[keysBound];
    }

    @Override
    public boolean access(int key) {
        if (holds[key]) {
            return true;
        }
        if (ring.size() == capacity) {
            holds[ring.remove()] = false;
        }
        ring.add(key);
        holds[key] = true;
        return false;
    }
}
