package dev.quern.server;

import dev.quern.kvstore.memory.CommitAhead;

/** Has the system prepare memory for tenants that grow, so that no core loop waits for it. Owns its thread. */
final class MemoryThread implements AutoCloseable {
    private final Thread thread;

    MemoryThread(CommitAhead commitAhead) {
        thread = Thread.ofPlatform().daemon().name("quern-memory").start(() -> serve(commitAhead));
    }

    private static void serve(CommitAhead commitAhead) {
        try {
            commitAhead.serve();
        } catch (InterruptedException closed) {
            // The way in which it ends.
            Thread.currentThread().interrupt();
        }
    }

    /** Ends the thread; what was asked for and is not done comes when it is touched. */
    @Override
    public void close() {
        thread.interrupt();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException again) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
