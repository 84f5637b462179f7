package dev.quern.bench.evict;

/** A hand walks from old to new and evicts the first that was not asked for since it last passed (Zhang et al., NSDI '24). */
final class Sieve implements CachePolicy {
    private final int capacity;
    private final KeyList list;
    private final boolean[] visited;
    private int hand = KeyList.NONE;

    Sieve(int capacity, int keysBound) {
        this.capacity = capacity;
        list = new KeyList(keysBound);
        visited = new boolean[keysBound];
    }

    @Override
    public boolean access(int key) {
        if (list.contains(key)) {
            visited[key] = true;
            return true;
        }
        if (list.size() == capacity) {
            evict();
        }
        list.addNewest(key);
        visited[key] = false;
        return false;
    }

    private void evict() {
        int candidate = hand == KeyList.NONE ? list.oldest() : hand;
        while (visited[candidate]) {
            visited[candidate] = false;
            int next = list.newerThan(candidate);
            candidate = next == KeyList.NONE ? list.oldest() : next;
        }
        hand = list.newerThan(candidate);
        list.remove(candidate);
    }
}
