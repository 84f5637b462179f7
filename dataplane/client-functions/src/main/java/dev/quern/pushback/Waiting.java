package dev.quern.pushback;

import dev.quern.client.QuernClient;
import dev.quern.client.QuernException;
import dev.quern.client.TransactionResult;
import dev.quern.sandbox.guest.GuestTrap;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for the server's answers, until a run's time is over. Thread: its worker's. */
final class Waiting {
    private final Computing computing;
    private long deadlineNs;
    private int roundTrips;

    /** With whom to tell that its worker computes, and that it does not while it waits. */
    Waiting(Computing computing) {
        this.computing = computing;
    }

    void until(long newDeadlineNs) {
        deadlineNs = newDeadlineNs;
    }

    boolean isOver(long nowNs) {
        return nowNs - deadlineNs >= 0;
    }

    /**
     * The answer.
     *
     * @throws QuernException that the request ended with
     * @throws GuestTrap when time is over
     */
    <T> T await(CompletableFuture<T> future) {
        roundTrips++;
        return value(future);
    }

    /** Waits for what was asked for at once, as {@link #await} does. */
    <T> void awaitAll(List<CompletableFuture<T>> futures) {
        roundTrips++;
        futures.forEach(this::value);
    }

    /** How a commit ended, whenever that is: it is not counted as a round trip of the run. */
    TransactionResult outcome(QuernClient client, CompletableFuture<TransactionResult> commit) {
        computing.end();
        try {
            return client.await(commit);
        } finally {
            computing.begin();
        }
    }

    /** How often it was waited since this was last asked. */
    int takeRoundTrips() {
        int count = roundTrips;
        roundTrips = 0;
        return count;
    }

    private <T> T value(CompletableFuture<T> future) {
        computing.end();
        try {
            return future.get(Math.max(0, deadlineNs - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException over) {
            throw new GuestTrap(GuestTrap.Reason.DEADLINE, "out of time");
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
            throw new GuestTrap(GuestTrap.Reason.KILLED, "the client's functions are being closed");
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof QuernException cause) {
                throw cause;
            }
            throw new IllegalStateException("a request failed in an unknown way", failed.getCause());
        } finally {
            computing.begin();
        }
    }
}
