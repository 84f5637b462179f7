package dev.quern.bench.peers;

import dev.quern.bench.BenchFailedException;
import dev.quern.bench.report.RunResult;
import dev.quern.ffi.linux.Affinity;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A thread on the clients' core that generates load, for one server at a time, which runs meanwhile. */
public final class PinnedGenerator implements AutoCloseable {
    private final ExecutorService thread = Executors.newSingleThreadExecutor();

    /** Pins it, where the process may use that core. */
    public PinnedGenerator() throws Exception {
        if (Affinity.allowed().get(Peer.CLIENT_CORE)) {
            thread.submit(() -> {
                        Affinity.pin(Peer.CLIENT_CORE);
                        return true;
                    })
                    .get();
        }
    }

    /**
     * Lets the server run, and a load against it.
     *
     * @param name of what is measured, for an error
     */
    public RunResult run(String name, Way way, Callable<RunResult> load) throws InterruptedException {
        way.server().proceed();
        try {
            return thread.submit(load).get();
        } catch (ExecutionException failed) {
            throw new BenchFailedException(name + " failed: " + failed.getCause(), failed);
        } finally {
            way.server().pause();
        }
    }

    @Override
    public void close() {
        thread.close();
    }
}
