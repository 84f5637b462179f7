package dev.quern.bench.store;

import dev.quern.bench.BenchContext;
import dev.quern.bench.peers.Tools;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Starts the processes that measure, one at a time, and gathers what they print. */
final class SubjectRun {
    private static final Duration PROCESS_MAX = Duration.ofMinutes(20);

    /** JMH refuses to run beside another JMH; here it is {@link BenchContext#awaitIdle} that sees to quiet. */
    private static final String WITHOUT_JMH_LOCK = "-Djmh.ignoreLock=true";

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
        options.add("-Xms" + scale.heap());
        options.add("-Xmx" + scale.heap());
        run(options, SubjectMain.class, List.of(kind.name(), scale.name()), figures);
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
