package dev.quern.server.roles;

/**
 * Queued invocations in arrays: each is a node of its tenant's pairing heap (Fredman et al. 1986), the earliest deadline first, and of one list of all by age.
 * Nodes are numbers from 0; {@link #NONE} is none. Allocates nothing.
 */
final class InvocationPool {
    static final int NONE = -1;

    private final long[] payload;
    private final long[] deadlineNs;
    private final long[] queuedNs;
    private final long[] order;
    private final int[] slot;
    private final int[] child;
    private final int[] sibling;
    private final int[] older;
    private final int[] newer;
    private int free;
    private int oldest = NONE;
    private int newest = NONE;
    private int size;
    private long orders;

    InvocationPool(int capacity) {
        payload = new long[capacity];
        deadlineNs = new long[capacity];
        queuedNs = new long[capacity];
        order = new long[capacity];
        slot = new int[capacity];
        child = new int[capacity];
        sibling = new int[capacity];
        older = new int[capacity];
        newer = new int[capacity];
        for (int node = 0; node < capacity; node++) {
            sibling[node] = node + 1 < capacity ? node + 1 : NONE;
        }
    }

    int size() {
        return size;
    }

    boolean isFull() {
        return free == NONE;
    }

    /** Adds an invocation to a tenant's heap, and returns the heap. There is room. */
    int add(int heap, int ofSlot, long itsPayload, long itsDeadlineNs, long nowNs) {
        int node = free;
        free = sibling[node];
        payload[node] = itsPayload;
        deadlineNs[node] = itsDeadlineNs;
        queuedNs[node] = nowNs;
        order[node] = orders++;
        slot[node] = ofSlot;
        child[node] = NONE;
        sibling[node] = NONE;
        older[node] = newest;
        newer[node] = NONE;
        if (newest == NONE) {
            oldest = node;
        } else {
            newer[newest] = node;
        }
        newest = node;
        size++;
        return heap == NONE ? node : meld(heap, node);
    }

    /** Takes the earliest out of a heap that is not empty, and returns what is left of it. The node can be read until the next is added. */
    int removeFirst(int heap) {
        if (older[heap] == NONE) {
            oldest = newer[heap];
        } else {
            newer[older[heap]] = newer[heap];
        }
        if (newer[heap] == NONE) {
            newest = older[heap];
        } else {
            older[newer[heap]] = older[heap];
        }
        int left = meldPairs(child[heap]);
        sibling[heap] = free;
        free = heap;
        size--;
        return left;
    }

    /** Melds siblings two by two from the left, then all from the right; without recursion, as a heap may be one long row. */
    private int meldPairs(int first) {
        int pairs = NONE;
        int next = first;
        while (next != NONE) {
            int one = next;
            int two = sibling[one];
            next = two == NONE ? NONE : sibling[two];
            sibling[one] = NONE;
            if (two != NONE) {
                sibling[two] = NONE;
                one = meld(one, two);
            }
            sibling[one] = pairs;
            pairs = one;
        }
        int heap = NONE;
        while (pairs != NONE) {
            int pair = pairs;
            pairs = sibling[pair];
            sibling[pair] = NONE;
            heap = heap == NONE ? pair : meld(heap, pair);
        }
        return heap;
    }

    private int meld(int one, int two) {
        boolean isOneFirst = isBefore(one, two);
        int first = isOneFirst ? one : two;
        int second = isOneFirst ? two : one;
        sibling[second] = child[first];
        child[first] = second;
        return first;
    }

    private boolean isBefore(int one, int two) {
        long apartNs = deadlineNs[one] - deadlineNs[two];
        return apartNs < 0 || apartNs == 0 && order[one] < order[two];
    }

    long payload(int node) {
        return payload[node];
    }

    long deadlineNs(int node) {
        return deadlineNs[node];
    }

    long queuedNs(int node) {
        return queuedNs[node];
    }

    int slot(int node) {
        return slot[node];
    }

    /** The one that has been queued for longest, of all tenants. */
    int oldest() {
        return oldest;
    }

    /** The next one by age. */
    int newer(int node) {
        return newer[node];
    }
}
