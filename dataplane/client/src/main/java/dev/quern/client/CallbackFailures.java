package dev.quern.client;

import org.jspecify.annotations.Nullable;

/** What callbacks threw in a turn: whoever polls shall know, when it is over. One thread. */
final class CallbackFailures {
    private @Nullable RuntimeException first;

    void add(RuntimeException failure) {
        if (first == null) {
            first = failure;
        } else {
            first.addSuppressed(failure);
        }
    }

    /** Throws the first, with the others as suppressed ones. */
    void rethrow() {
        RuntimeException failure = first;
        if (failure != null) {
            first = null;
            throw failure;
        }
    }
}
