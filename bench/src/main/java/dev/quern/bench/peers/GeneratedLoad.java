package dev.quern.bench.peers;

import dev.quern.bench.load.LoadRun;
import dev.quern.bench.load.Phase;
import dev.quern.bench.load.Target;
import dev.quern.bench.report.PhaseResult;
import dev.quern.bench.workload.Noop;
import dev.quern.bench.workload.Workloads;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What {@code redis-benchmark} asks for, of servers that do not speak Redis's protocol, too: by the load generator of this project, on as many connections, with
 * as many requests under way on each. It sends the next request when one is answered, where {@code redis-benchmark} waits for all of a pipeline. One
 * thread, beside the generator's own.
 */
final class GeneratedLoad implements AutoCloseable {
    static final String GET = "get";
    static final String SET = "set";

    private static final String RECORDS = "simple";
    private static final Duration RUN = Duration.ofMillis(700);
    private static final Duration WARM_UP = Duration.ofMillis(200);

    private final PinnedGenerator generator = new PinnedGenerator();
    private final Set<String> prepared = new HashSet<>();
    private final int keys;
    private final int share;

    /**
     * @param keys of 16 bytes, with values of 100
     * @param share of a full run's time, of which this is one
     */
    GeneratedLoad(int keys, int share) throws Exception {
        this.keys = keys;
        this.share = share;
    }

    /** Loads a server for so long, and before that, when it is the first time, with what is asked for. */
    PhaseResult run(Way way, String test, int pipeline) throws InterruptedException {
        boolean isCall = !test.equals(GET) && !test.equals(SET);
        boolean isFirst = prepared.add(way.name() + isCall);
        int underWay = way.connections() * pipeline;
        Phase phase = Phase.closed("closed", RUN.dividedBy(share), underWay);
        return generator
                .run(way.name() + ' ' + test, way, () -> {
                    try (Target target = way.target(false)) {
                        return LoadRun.run(
                                target,
                                isCall ? new Noop() : records(test),
                                List.of(phase.warmUp(WARM_UP.dividedBy(share)), phase),
                                new LoadRun.Settings(way.connections(), underWay, pipeline, false, isFirst, -1),
                                "",
                                line -> {});
                    }
                })
                .phases()
                .getFirst();
    }

    private dev.quern.bench.workload.Workload records(String test) {
        return Workloads.parse(
                RECORDS,
                keys,
                new Workloads.Choice(test.equals(GET) ? 1 : 0, "uniform", Workload.KEY_LENGTH, Workload.VALUE_LENGTH));
    }

    @Override
    public void close() {
        generator.close();
    }
}
