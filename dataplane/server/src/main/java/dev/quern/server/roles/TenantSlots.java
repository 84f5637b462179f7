package dev.quern.server.roles;

import java.util.Arrays;

/** Small numbers in place of tenants' ids, which count up for ever: an open-addressing table of fixed size. Allocates nothing. */
final class TenantSlots {
    private static final int SPREAD = 0x9E3779B9;
    private static final int FREE = -1;

    private final int mask;
    private final int[] slotAt;
    private final int[] idOf;
    private final int[] free;
    private int freeCount;

    TenantSlots(int slots) {
        int size = Integer.highestOneBit(Math.max(2, slots) - 1) << 2;
        mask = size - 1;
        slotAt = new int[size];
        Arrays.fill(slotAt, FREE);
        idOf = new int[slots];
        free = new int[slots];
        freeCount = slots;
        Arrays.setAll(free, i -> slots - 1 - i);
    }

    private int at(int id) {
        int at = (id * SPREAD >>> 8) & mask;
        while (slotAt[at] != FREE && idOf[slotAt[at]] != id) {
            at = (at + 1) & mask;
        }
        return at;
    }

    /** A tenant's slot, -1 if it has none. */
    int find(int id) {
        return slotAt[at(id)];
    }

    /** A tenant's slot, which it gets if it has none; -1 if there is none left. */
    int findOrTake(int id) {
        int at = at(id);
        if (slotAt[at] == FREE && freeCount > 0) {
            slotAt[at] = free[--freeCount];
            idOf[slotAt[at]] = id;
        }
        return slotAt[at];
    }

    int id(int slot) {
        return idOf[slot];
    }

    /** Frees a tenant's slot. */
    void drop(int id) {
        int hole = at(id);
        if (slotAt[hole] == FREE) {
            return;
        }
        free[freeCount++] = slotAt[hole];
        slotAt[hole] = FREE;
        // Those behind it that were pushed on by it are put in again.
        for (int next = (hole + 1) & mask; slotAt[next] != FREE; next = (next + 1) & mask) {
            int slot = slotAt[next];
            slotAt[next] = FREE;
            slotAt[at(idOf[slot])] = slot;
        }
    }
}
