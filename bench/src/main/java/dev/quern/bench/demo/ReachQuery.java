package dev.quern.bench.demo;

import java.util.concurrent.CompletableFuture;

/** A way to ask which classes a class reaches. One thread: the client's. */
interface ReachQuery {
    /** Asks; the answer completes inside the client's poll. */
    CompletableFuture<ReachAnswer> ask(int start, int hops);
}
