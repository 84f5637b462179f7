package dev.quern.server.roles;

import java.util.Arrays;

/** Slots ordered by a time: a binary heap that knows where each slot stands, so that any can be moved or taken out. Allocates nothing. */
final class SlotHeap {
    private final int[] heap;
    private final int[] placeOf;
    private final long[] timeNs;
    private int size;

    SlotHeap(int slots) {
        heap = new int[slots];
        placeOf = new int[slots];
        timeNs = new long[slots];
        Arrays.fill(placeOf, -1);
    }

    boolean isEmpty() {
        return size == 0;
    }

    boolean contains(int slot) {
        return placeOf[slot] >= 0;
    }

    /** The slot with the earliest time; there is one. */
    int first() {
        return heap[0];
    }

    long timeNs(int slot) {
        return timeNs[slot];
    }

    /** Puts a slot in, or gives it another time. */
    void put(int slot, long atNs) {
        timeNs[slot] = atNs;
        int place = placeOf[slot];
        if (place < 0) {
            place = size++;
        }
        sink(rise(place, slot), slot);
    }

    /** Takes a slot out, if it is in. */
    void remove(int slot) {
        int place = placeOf[slot];
        if (place < 0) {
            return;
        }
        placeOf[slot] = -1;
        int last = heap[--size];
        if (last != slot) {
            sink(rise(place, last), last);
        }
    }

    private boolean isBefore(int slot, int other) {
        // By difference, as nanoTime may begin anywhere.
        return timeNs[slot] - timeNs[other] < 0;
    }

    private int rise(int from, int slot) {
        int place = from;
        while (place > 0 && isBefore(slot, heap[(place - 1) / 2])) {
            set(place, heap[(place - 1) / 2]);
            place = (place - 1) / 2;
        }
        set(place, slot);
        return place;
    }

    private void sink(int from, int slot) {
        int place = from;
        while (true) {
            int child = 2 * place + 1;
            if (child >= size) {
                break;
            }
            if (child + 1 < size && isBefore(heap[child + 1], heap[child])) {
                child++;
            }
            if (!isBefore(heap[child], slot)) {
                break;
            }
            set(place, heap[child]);
            place = child;
        }
        set(place, slot);
    }

    private void set(int place, int slot) {
        heap[place] = slot;
        placeOf[slot] = place;
    }
}
