package dev.quern.sandbox;

import java.util.concurrent.atomic.AtomicLong;

/** How many calls of a deployment one core has seen end, and how many of them not well. Written by the core, read by any thread. */
final class Tally {
    private final AtomicLong calls = new AtomicLong();
    private final AtomicLong failures = new AtomicLong();

    /** A call ended with this {@link FunctionStatus}. Thread: the core's. */
    void count(int status) {
        // One writer: seen by others sooner or later, and no atomic instruction.
        calls.setOpaque(calls.getPlain() + 1);
        if (status != FunctionStatus.OK) {
            failures.setOpaque(failures.getPlain() + 1);
        }
    }

    long calls() {
        return calls.getOpaque();
    }

    long failures() {
        return failures.getOpaque();
    }
}
