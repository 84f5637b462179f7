package dev.quern.bench;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleSupplier;

/**
 * The compilers of some JVMs, and whether they are done: what is measured while they work has fewer processors than it seems, and code that is
 * thrown away a moment later. By what the kernel counts for their threads; where it tells nothing, they are at rest. One thread.
 */
public final class Compilers {
    /** Of one processor: compilers that take less have done what matters. */
    private static final double AT_REST = 0.05;

    /** As the kernel cuts them off: the JVM's own two, and Truffle's. */
    private static final List<String> THREADS = List.of("C1 CompilerThre", "C2 CompilerThre", "TruffleCompiler");

    private final long[] pids;
    private ThreadTimes[] before;
    private boolean areAtRest;

    /** Runs what is to be compiled, for some hundred milliseconds. */
    @FunctionalInterface
    public interface Load {
        void run() throws Exception;
    }

    private Compilers(long... pids) {
        this.pids = pids;
        before = look();
    }

    /** Those of processes that a bench started, and of this one, which loads them. */
    public static Compilers of(long... others) {
        long[] pids = Arrays.copyOf(others, others.length + 1);
        pids[others.length] = ProcessHandle.current().pid();
        return new Compilers(pids);
    }

    static boolean isCompiler(String thread) {
        return THREADS.contains(thread);
    }

    private ThreadTimes[] look() {
        return Arrays.stream(pids).mapToObj(ThreadTimes::of).toArray(ThreadTimes[]::new);
    }

    /** What they had of one processor since this was last asked, all together. */
    public double share() {
        ThreadTimes[] now = look();
        double sum = 0;
        for (int i = 0; i < now.length; i++) {
            sum += now[i].ran(before[i], Compilers::isCompiler);
        }
        before = now;
        return sum;
    }

    /**
     * Runs a load at least once, and until they have rested meanwhile, but begins no run after {@code timeMax}; {@link #areAtRest} then says which of the two it
     * was.
     */
    public void warm(Duration timeMax, Load load) throws Exception {
        areAtRest = warm(timeMax, load, this::share);
    }

    /** Whether they rested while the last load ran. */
    public boolean areAtRest() {
        return areAtRest;
    }

    static boolean warm(Duration timeMax, Load load, DoubleSupplier share) throws Exception {
        long endNs = System.nanoTime() + timeMax.toNanos();
        boolean isAtRest;
        do {
            double ignored = share.getAsDouble();
            load.run();
            isAtRest = share.getAsDouble() < AT_REST;
        } while (!isAtRest && System.nanoTime() - endNs < 0);
        return isAtRest;
    }
}
