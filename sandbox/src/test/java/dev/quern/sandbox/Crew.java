package dev.quern.sandbox;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Cores that work at once, each on a thread of its own. */
final class Crew {
    private static final long PATIENT_SECONDS = 90;

    private Crew() {}

    /** What each core does. */
    @FunctionalInterface
    interface Work {
        void run(Rig.Worker worker, int core);
    }

    /** Runs the work on so many cores, and waits for all of them; throws what one of them threw. */
    static void run(Rig rig, int cores, Work work) {
        List<CompletableFuture<Void>> ends = new ArrayList<>();
        for (int i = 0; i < cores; i++) {
            int core = i;
            CompletableFuture<Void> end = new CompletableFuture<>();
            ends.add(end);
            Thread.ofPlatform().daemon().start(() -> {
                try (Rig.Worker worker = rig.newWorker()) {
                    work.run(worker, core);
                } catch (Throwable failed) {
                    end.completeExceptionally(failed);
                }
                // Only now: whoever waits closes the store next.
                end.complete(null);
            });
        }
        for (CompletableFuture<Void> end : ends) {
            try {
                end.get(PATIENT_SECONDS, TimeUnit.SECONDS);
            } catch (InterruptedException | ExecutionException | TimeoutException failed) {
                throw new AssertionError(failed);
            }
        }
    }
}
