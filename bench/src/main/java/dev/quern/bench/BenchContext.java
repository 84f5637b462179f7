package dev.quern.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** What a running bench is given, and where it reports to. Used by the one thread that runs the bench. */
public final class BenchContext {
    /** How long one wait for an idle machine may take, full and quick. */
    private static final Duration IDLE_WAIT_MAX = Duration.ofSeconds(30);

    /** One look. */
    private static final Duration IDLE_WAIT_QUICK_MAX = Duration.ZERO;

    /** How long all waits of a run may take together: on a machine that never rests, a bench ends, too. */
    private static final Duration IDLE_WAITS_MAX = Duration.ofMinutes(1);

    private final boolean quick;
    private final PrintStream out;
    private final Path directory;
    private List<String> only = List.of();
    private boolean hasWanted;
    private final List<String> plots = new ArrayList<>();
    private final List<Target> targets = new ArrayList<>();
    private final Set<String> commands = new LinkedHashSet<>();
    private long idleWaitsLeftNs = IDLE_WAITS_MAX.toNanos();
    private boolean hasAwaited;
    private int busyWaits;

    /** With plots in {@code bench/target}. */
    public BenchContext(boolean quick, PrintStream out) {
        this(quick, out, Path.of(System.getProperty("quern.root", "."), "bench", "target"));
    }

    /**
     * Of a run that is kept.
     *
     * @param directory of its plots
     */
    BenchContext(boolean quick, PrintStream out, Path directory) {
        this.quick = quick;
        this.out = out;
        this.directory = directory;
    }

    /** Of a bench that can leave rows out, has only those measured that begin with one of these; all when there are none. */
    BenchContext only(List<String> beginnings) {
        only = List.copyOf(beginnings);
        return this;
    }

    /** Whether a row is to be measured, in a bench that can leave some out. */
    public boolean isWanted(String row) {
        boolean isWanted = only.isEmpty() || only.stream().anyMatch(row::startsWith);
        hasWanted |= isWanted;
        return isWanted;
    }

    /** Whether the bench has asked for any row that is wanted. */
    boolean hasWanted() {
        return hasWanted;
    }

    /** Whether this is a smoke-size run, whose figures prove only that the bench works. */
    public boolean quick() {
        return quick;
    }

    /** Where the report goes. */
    public PrintStream out() {
        return out;
    }

    /** Prints one line of the report. */
    public void say(String line) {
        out.println(line);
        out.flush();
    }

    /** Ends the run when a result is not what it must be. */
    public void check(boolean holds, String expectation) {
        if (!holds) {
            throw new BenchFailedException("wrong result: " + expectation);
        }
    }

    /** Reports a target with a lower bound. */
    public void atLeast(String name, double measured, double wanted, String unit) {
        targets.add(new Target(name, measured, wanted, unit, true));
    }

    /** Reports a target with an upper bound. */
    public void atMost(String name, double measured, double wanted, String unit) {
        targets.add(new Target(name, measured, wanted, unit, false));
    }

    /** Notes a command that the bench ran, to be printed once with the report. Any thread. */
    public synchronized void command(List<String> command) {
        commands.add(command.stream().map(word -> word.isEmpty() ? "''" : word).collect(Collectors.joining(" ")));
    }

    /**
     * Keeps a plot, and says where.
     *
     * @param name of the file, with its ending; no other bench has one of that name
     */
    public void plot(String name, String svg) throws IOException {
        Path file = Files.createDirectories(directory).resolve(name);
        Files.writeString(file, svg);
        plots.add(name);
        say("plot: " + file);
    }

    /** Waits for an idle machine up to a bound, which all waits of a run share; counts the times it was still busy then. A quick run looks once. */
    public void awaitIdle() throws InterruptedException {
        if (quick && hasAwaited) {
            return;
        }
        hasAwaited = true;
        Duration waitMax = quick ? IDLE_WAIT_QUICK_MAX : IDLE_WAIT_MAX;
        long startNs = System.nanoTime();
        if (!Machine.awaitIdle(Duration.ofNanos(Math.min(waitMax.toNanos(), idleWaitsLeftNs)))) {
            busyWaits++;
        }
        idleWaitsLeftNs = Math.max(0, idleWaitsLeftNs - (System.nanoTime() - startNs));
    }

    /** The targets reported so far. */
    public List<Target> targets() {
        return List.copyOf(targets);
    }

    /** The names of the plots kept so far. */
    List<String> plots() {
        return List.copyOf(plots);
    }

    /** The commands noted so far, each once, in order. */
    synchronized List<String> commands() {
        return List.copyOf(commands);
    }

    /** How many measurements began on a machine that was not idle. */
    int busyWaits() {
        return busyWaits;
    }
}
