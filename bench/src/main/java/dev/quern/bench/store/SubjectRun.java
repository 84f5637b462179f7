package dev.quern.bench.store;

import dev.quern.bench.BenchContext;
import dev.quern.bench.peers.Tools;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Starts the processes that measure, one at a time, and gathers what they print. */
final class SubjectRun {
    private static final Duration PROCESS_MAX = Duration.ofMinutes(20);

    /** Quern asks for huge pages off the heap; so that a map on the heap has them too, where the system gives them. */
    private static final String HUGE_PAGES = "-XX:+UseTransparentHugePages";

    /** JMH refuses to run beside another JMH; here it is {@link BenchContext#awaitIdle} that sees to quiet. */
    private static final String WITHOUT_JMH_LOCK = "-Djmh.ignoreLock=true";

    /** Of processes in which nothing but Quern runs: room for what is counted. */
    private static final String QUERN_HEAP = "512m";

    private final BenchContext context;
    private final StoreScale scale;

    SubjectRun(BenchContext context, StoreScale scale) {
        this.context = context;
        this.scale = scale;
    }

    /** Measures a subject in a process of its own, and adds the figures. */
    void measure(SubjectKind kind, Figures figures) throws InterruptedException {
        List<String> options = new ArrayList<>(kind.jvmOptions());
        options.add(WITHOUT_JMH_LOCK);
        options.add(HUGE_PAGES);
        options.add("-Xms" + scale.heap());
        options.add("-Xmx" + scale.heap());
        run(options, SubjectMain.class, List.of(kind.name(), scale.name()), figures);
    }

    /** Runs one of Quern's own measurements. */
    void measureAlone(Class<?> main, Figures figures) throws InterruptedException {
        run(List.of("-Xms" + QUERN_HEAP, "-Xmx" + QUERN_HEAP), main, List.of(scale.name()), figures);
    }

    private void run(List<String> options, Class<?> main, List<String> arguments, Figures figures)
            throws InterruptedException {
        context.awaitIdle();
        List<String> command = Tools.java(options, main.getName(), arguments);
        context.command(printable(command));
        Tools.run(command, PROCESS_MAX).lines().forEach(figures::accept);
    }

    /** With a class path that a reader can bear. */
    private static List<String> printable(List<String> command) {
        List<String> words = new ArrayList<>(command);
        words.set(words.indexOf("-cp") + 1, "'bench/target/quern/lib/*'");
        return words;
    }
}
