package dev.quern.bench.evict;

import java.util.Arrays;

/** Keys in an order, each at most once, linked both ways: any of them is found, added and taken out at once. */
final class KeyList {
    static final int NONE = -1;

    private final int[] newer;
    private final int[] older;
    private final boolean[] holds;
    private int newest = NONE;
    private int oldest = NONE;
    private int size;

    KeyList(int keysBound) {
        newer = new int[keysBound];
        older = new int[keysBound];
        holds = new boolean[keysBound];
        Arrays.fill(newer, NONE);
        Arrays.fill(older, NONE);
    }

    int size() {
        return size;
    }

    boolean contains(int key) {
        return holds[key];
    }

    int oldest() {
        return oldest;
    }

    int newerThan(int key) {
        return newer[key];
    }

    void addNewest(int key) {
        holds[key] = true;
        older[key] = newest;
        newer[key] = NONE;
        if (newest == NONE) {
            oldest = key;
        } else {
            newer[newest] = key;
        }
        newest = key;
        size++;
    }

    void remove(int key) {
        if (newer[key] == NONE) {
            newest = older[key];
        } else {
            older[newer[key]] = older[key];
        }
        if (older[key] == NONE) {
            oldest = newer[key];
        } else {
            newer[older[key]] = newer[key];
        }
        holds[key] = false;
        size--;
    }
}
