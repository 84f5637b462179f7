package dev.quern.bench.functions;

import dev.quern.sandbox.Function;
import dev.quern.sandbox.FunctionRefusedException;
import dev.quern.sandbox.IsolatesConfig;
import dev.quern.sandbox.Manifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/** A process that holds many tenants' isolates: {@code FUNCTION TENANTS}. Its heap is of a fixed size and touched before. */
final class ManyTenantsMain {
    /** Begins a line that holds a figure: this word, its name, and it. */
    static final String FIGURE = "figure";

    static final String HEAP_BYTES = "heap-bytes";
    static final String RESIDENT_BYTES = "resident-bytes";
    static final String ANSWERED = "answered";
    static final String FIRST_NS = "first-ns";
    static final String RANDOM_NS = "random-ns";

    private static final long BYTES_MAX = 1L << 40;
    private static final int IDLE_MS = 100_000_000;
    private static final int WARM_UP_TENANTS = 500;
    private static final int WARM_UP_CALLS = 1000;
    private static final int RANDOM_CALLS_EACH = 10;
    private static final long SEED = 20_261_121;

    private ManyTenantsMain() {}

    /** Measures and prints. */
    public static void main(String[] arguments) throws FunctionRefusedException, IOException {
        byte[] module = FunctionRig.example(arguments[0]);
        int tenants = Integer.parseInt(arguments[1]);
        IsolatesConfig isolates = new IsolatesConfig(BYTES_MAX, IDLE_MS, 0);
        try (FunctionRig rig = new FunctionRig(FunctionRig.config().withIsolates(isolates))) {
            List<Function> warm = deploy(rig, module, arguments[0], Math.min(WARM_UP_TENANTS, tenants));
            for (int i = 0; i < Math.min(WARM_UP_CALLS, tenants / RANDOM_CALLS_EACH); i++) {
                warm.forEach(rig::callNs);
            }
            List<Function> functions = deploy(rig, module, arguments[0], tenants);
            long heapBefore = heapBytes();
            long residentBefore = residentBytes();
            long firstNs = 0;
            int answered = 0;
            for (Function function : functions) {
                firstNs += rig.callNs(function);
            }
            long heap = heapBytes() - heapBefore;
            long resident = residentBytes() - residentBefore;
            for (Function function : functions) {
                answered += rig.callNs(function) > 0 ? 1 : 0;
            }
            SplittableRandom random = new SplittableRandom(SEED);
            long startNs = System.nanoTime();
            for (int i = 0; i < tenants * RANDOM_CALLS_EACH; i++) {
                rig.callNs(functions.get(random.nextInt(tenants)));
            }
            long randomNs = System.nanoTime() - startNs;
            print(HEAP_BYTES, (double) heap);
            print(RESIDENT_BYTES, (double) resident);
            print(ANSWERED, answered);
            print(FIRST_NS, (double) firstNs / tenants);
            print(RANDOM_NS, (double) randomNs / tenants / RANDOM_CALLS_EACH);
        }
    }

    private static List<Function> deploy(FunctionRig rig, byte[] module, String name, int tenants)
            throws FunctionRefusedException {
        List<Function> functions = new ArrayList<>();
        for (int i = 0; i < tenants; i++) {
            functions.add(rig.deploy(rig.newTenant(), Manifest.named(name), module));
        }
        return functions;
    }

    private static long heapBytes() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private static long residentBytes() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
            }
        }
        throw new IOException("/proc/self/status does not say VmRSS");
    }

    private static void print(String name, double value) {
        System.out.printf(Locale.ROOT, "%s %s %f%n", FIGURE, name, value);
    }
}
