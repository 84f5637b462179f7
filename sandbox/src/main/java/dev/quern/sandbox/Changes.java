package dev.quern.sandbox;

import org.jspecify.annotations.Nullable;

/**
 * What was removed, or is to be run elsewhere, in the order of its happening: each core goes along at its own pace and frees what it has
 * of that, without a look at all that others have. Safe on any thread.
 */
final class Changes {
    /** One change; nothing keeps those that all cores have seen. */
    static final class Change {
        private final @Nullable Deployment removed;
        private volatile @Nullable Change next;

        private Change(@Nullable Deployment removed) {
            this.removed = removed;
        }

        /** What was removed; null when something is only to be run elsewhere. */
        @Nullable
        Deployment removed() {
            return removed;
        }

        /** The change after this one; null when there is none yet. */
        @Nullable
        Change next() {
            return next;
        }
    }

    private Change last = new Change(null);

    synchronized void add(@Nullable Deployment removed) {
        Change added = new Change(removed);
        last.next = added;
        last = added;
    }

    /** From where whoever begins now goes on. */
    synchronized Change last() {
        return last;
    }
}
