package dev.quern.bench.peers;

import dev.quern.bench.BenchContext;
import dev.quern.bench.BenchFailedException;
import dev.quern.bench.load.LoadResult;
import java.time.Duration;
import java.util.List;

/** The native client's process, pinned to the clients' core and asked for one run after the other. One thread. */
final class NativeLoad implements AutoCloseable {
    private static final Duration START_MAX = Duration.ofSeconds(30);
    private static final Duration ANSWER_EXTRA = Duration.ofSeconds(30);

    private final ChildProcess process;

    private boolean isReady;

    private NativeLoad(ChildProcess process) {
        this.process = process;
    }

    /** Starts it; it needs no server until its first run, and is ready by then. */
    static NativeLoad start(BenchContext context, int udpPort, Workload workload) {
        List<String> command = ChildProcess.pinned(
                Peer.CLIENT_CORE,
                Tools.java(NativeClient.class, List.of(Integer.toString(udpPort), Integer.toString(workload.keys()))));
        context.command(Peer.shortened(command));
        return new NativeLoad(ChildProcess.start("native client", command));
    }

    LoadResult run(String test, Duration time, int sessions, int inFlightEach) throws InterruptedException {
        if (!isReady) {
            process.awaitLine(NativeClient.READY::equals, "readiness", START_MAX);
            isReady = true;
        }
        process.writeLine(test + " " + time.toMillis() + " " + sessions + " " + inFlightEach);
        String answer = process.awaitLine(
                line -> line.startsWith(NativeClient.RESULT) || line.startsWith(NativeClient.FAILED),
                "result of " + test,
                time.plus(ANSWER_EXTRA));
        if (answer.startsWith(NativeClient.FAILED)) {
            throw new BenchFailedException(test + ": " + answer);
        }
        return LoadResult.parse(answer.substring(NativeClient.RESULT.length()));
    }

    long pid() {
        return process.pid();
    }

    @Override
    public void close() {
        process.close();
    }
}
