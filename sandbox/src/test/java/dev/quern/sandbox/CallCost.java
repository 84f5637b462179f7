package dev.quern.sandbox;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Locale;

/**
 * What a warm call costs on each runtime, and what each further get inside of it: a rough figure for a change at hand. Run with the
 * test class path and the options of scripts/jvm.options; the argument is how many rounds.
 */
final class CallCost {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int CALLS = 200_000;
    private static final int ROUNDS = 8;
    private static final int RECORDS = 10_000;

    private CallCost() {}

    public static void main(String[] arguments) throws FunctionRefusedException {
        int rounds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : ROUNDS;
        for (String runtime : new String[] {"graalwasm", "chicory"}) {
            try (Rig rig = new Rig(runtime)) {
                rig.example("noop");
                rig.example("lookup");
                for (int i = 0; i < RECORDS; i++) {
                    rig.worker().put(key(i), key((i * 7919 + 1) % RECORDS) + "x".repeat(84));
                }
                for (int round = 0; round < rounds; round++) {
                    double noop = nsPerCall(rig, "noop");
                    double one = nsPerCall(rig, "lookup", Rig.bytes(key(7)), Rig.number(1));
                    double sixteen = nsPerCall(rig, "lookup", Rig.bytes(key(7)), Rig.number(16));
                    System.out.printf(
                            Locale.ROOT,
                            "%s round %d: no-op %.0f ns, 1 get %.0f ns, 16 gets %.0f ns, each further get %.0f ns, no-op allocates %d bytes%n",
                            runtime,
                            round,
                            noop,
                            one,
                            sixteen,
                            (sixteen - one) / 15,
                            bytesPerCall(rig));
                }
            }
        }
    }

    private static String key(int number) {
        return String.format(Locale.ROOT, "key-%012d", number);
    }

    private static double nsPerCall(Rig rig, String name, byte[]... arguments) {
        prepare(rig, name, arguments);
        long startNs = System.nanoTime();
        run(rig, rig.function(rig.tenant(), name));
        return (double) (System.nanoTime() - startNs) / CALLS;
    }

    private static long bytesPerCall(Rig rig) {
        prepare(rig, "noop");
        Function noop = rig.function(rig.tenant(), "noop");
        long before = THREADS.getCurrentThreadAllocatedBytes();
        run(rig, noop);
        return (THREADS.getCurrentThreadAllocatedBytes() - before) / CALLS;
    }

    /** One call sets the arguments, which stay. */
    private static void prepare(Rig rig, String name, byte[]... arguments) {
        if (rig.worker().call(name, arguments) != FunctionStatus.OK) {
            throw new IllegalStateException(rig.worker().outcome().error());
        }
    }

    private static void run(Rig rig, Function function) {
        FunctionCore core = rig.worker().functionCore();
        Invocation call = rig.worker().outcome();
        for (int i = 0; i < CALLS; i++) {
            if (core.invoke(function, call, System.nanoTime(), System.currentTimeMillis()) != FunctionStatus.OK) {
                throw new IllegalStateException(call.error());
            }
        }
    }
}
