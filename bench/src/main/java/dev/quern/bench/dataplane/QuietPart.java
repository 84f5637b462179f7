package dev.quern.bench.dataplane;

import dev.quern.bench.BenchContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** That loops which serve allocate nothing, and bring about no safepoint: a run over shared memory with the JVM's own log of both. */
final class QuietPart implements Part {
    private static final Duration RUN = Duration.ofSeconds(30);
    private static final Duration RUN_QUICK = Duration.ofMillis(200);
    private static final Duration WARM_UP = Duration.ofSeconds(5);
    private static final Duration WARM_UP_QUICK = Duration.ofMillis(100);
    private static final int BATCHED = 256;
    private static final int LINES_SHOWN_MAX = 12;

    /** The least object takes 16; what a run has in all is some objects that the interpreter makes when compiled code is thrown away. */
    private static final double BYTES_A_GET_MAX = 0.001;

    @Override
    public void run(BenchContext context) throws Exception {
        Path log = Files.createTempFile("quern-safepoints", ".log");
        try (WayUnderLoad way = WayUnderLoad.start(
                context, Way.SHM, List.of("-Xlog:safepoint*=info,gc*=info:file=" + log + ":uptime,tags:filesize=0"))) {
            // What is compiled late is compiled in here: its installation takes safepoints that no loop asked for.
            way.run(LoadProcess.Shape.BATCHED, context.quick() ? WARM_UP_QUICK : WARM_UP, BATCHED);
            long bytesBefore = way.loopBytes();
            int linesBefore = lines(log).size();
            WayUnderLoad.Run run = way.run(LoadProcess.Shape.BATCHED, context.quick() ? RUN_QUICK : RUN, BATCHED);
            List<String> during = lines(log).subList(linesBefore, lines(log).size());
            report(context, run, during, way.loopBytes() - bytesBefore);
        } finally {
            Files.deleteIfExists(log);
        }
    }

    private static List<String> lines(Path log) throws IOException {
        return Files.readAllLines(log).stream()
                .filter(line -> line.contains("Safepoint \"") || line.contains("Pause "))
                .toList();
    }

    private static void report(BenchContext context, WayUnderLoad.Run run, List<String> during, long loopBytes) {
        context.say(String.format(
                Locale.ROOT,
                "%,d gets over shm in one run: the serving loop allocated %,d bytes, the client's %,d; the serving JVM"
                        + " logged %d safepoints and collections meanwhile",
                run.figures().operations(),
                loopBytes,
                run.allocatedBytes(),
                during.size()));
        during.stream().limit(LINES_SHOWN_MAX).forEach(line -> context.say("  " + line));
        context.atMost(
                "loop-allocated",
                (double) loopBytes / Math.max(1, run.figures().operations()),
                BYTES_A_GET_MAX,
                " bytes a get");
        context.atMost("loop-safepoints", during.size(), 0, "");
    }
}
