package dev.quern.bench.evict;

/** A queue of keys with a fixed bound. */
final class KeyRing {
    private final int[] keys;
    private int head;
    private int size;

    KeyRing(int capacity) {
        keys = new int[capacity];
    }

    int size() {
        return size;
    }

    void add(int key) {
        keys[(int) (((long) head + size) % keys.length)] = key;
        size++;
    }

    int remove() {
        int key = keys[head];
        head = head + 1 == keys.length ? 0 : head + 1;
        size--;
        return key;
    }
}
