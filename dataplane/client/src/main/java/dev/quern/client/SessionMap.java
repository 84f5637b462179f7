package dev.quern.client;

import org.jspecify.annotations.Nullable;

/** The links of a shared socket by the sessions that they carry: open addressing, so that a look-up allocates nothing. One thread. */
final class SessionMap {
    private static final int CAPACITY_MIN = 64;

    /** Fibonacci hashing: a server's numbers may lie as densely as it likes. */
    private static final int SPREAD = 0x9E37_79B9;

    private int[] ids = new int[CAPACITY_MIN];
    private @Nullable GroupLink[] links = new GroupLink[CAPACITY_MIN];
    private int size;

    int size() {
        return size;
    }

    @Nullable
    GroupLink get(int id) {
        for (int at = home(id); ; at = next(at)) {
            GroupLink link = links[at];
            if (link == null || ids[at] == id) {
                return link;
            }
        }
    }

    /** Returns who had this number before. */
    @Nullable
    GroupLink put(int id, GroupLink link) {
        if (2 * (size + 1) > ids.length) {
            grow();
        }
        int at = home(id);
        while (links[at] != null && ids[at] != id) {
            at = next(at);
        }
        GroupLink before = links[at];
        if (before == null) {
            size++;
        }
        ids[at] = id;
        links[at] = link;
        return before;
    }

    /** Forgets a number, if it is this link's. */
    void remove(int id, GroupLink link) {
        int at = home(id);
        while (links[at] != null && ids[at] != id) {
            at = next(at);
        }
        if (links[at] != link) {
            return;
        }
        size--;
        // What lies behind the gap moves up, unless that were before its home: so nothing marks where something was.
        int gap = at;
        for (int from = next(gap); links[from] != null; from = next(from)) {
            int distance = from - home(ids[from]) & ids.length - 1;
            if (distance >= (from - gap & ids.length - 1)) {
                ids[gap] = ids[from];
                links[gap] = links[from];
                gap = from;
            }
        }
        links[gap] = null;
    }

    private void grow() {
        int[] oldIds = ids;
        @Nullable GroupLink[] oldLinks = links;
        ids = new int[2 * oldIds.length];
        links = new GroupLink[2 * oldIds.length];
        size = 0;
        for (int i = 0; i < oldIds.length; i++) {
            GroupLink link = oldLinks[i];
            if (link != null) {
                GroupLink ignored = put(oldIds[i], link);
            }
        }
    }

    private int home(int id) {
        return id * SPREAD >>> Integer.numberOfLeadingZeros(ids.length - 1);
    }

    private int next(int at) {
        return at + 1 & ids.length - 1;
    }
}
