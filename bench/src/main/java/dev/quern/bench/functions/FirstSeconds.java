package dev.quern.bench.functions;

import dev.quern.bench.BenchContext;
import dev.quern.bench.TextTable;
import dev.quern.kvstore.Tenant;
import dev.quern.sandbox.Function;
import dev.quern.sandbox.FunctionRefusedException;
import dev.quern.sandbox.FunctionsConfig;
import dev.quern.sandbox.Manifest;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/**
 * Calls per second, second by second, of a function that was deployed at the beginning of the first: one that follows four keys. The JVM
 * has seen functions before, and has never seen this one. With {@code auto} it begins on the one runtime and goes over to the other.
 */
final class FirstSeconds implements RowGroup {
    private static final String FUNCTION = "lookup";
    private static final List<String> RUNTIMES = List.of("graalwasm", "chicory", Manifest.AUTO);
    private static final int RECORDS = 1000;
    private static final int STRIDE = 401;
    private static final int HOPS = 4;
    private static final int SECONDS = 5;
    private static final long NS_PER_SECOND = 1_000_000_000L;
    private static final long NS_QUICK = 20_000_000L;

    /** What others have called before, in seconds. */
    private static final int WARM_UP_SECONDS = 3;

    /** Calls between two looks at the clock. */
    private static final int BATCH = 20;

    private int deployed;

    @Override
    public String heading() {
        return "thousand calls per second after deploying a function that follows " + HOPS + " keys";
    }

    @Override
    public void run(BenchContext context) throws FunctionRefusedException {
        String[] headings = new String[SECONDS + 2];
        headings[0] = "runtime";
        headings[1] = "first 0.1 s";
        for (int i = 1; i <= SECONDS; i++) {
            headings[i + 1] = "second " + i;
        }
        TextTable table = new TextTable(headings);
        long secondNs = context.quick() ? NS_QUICK : NS_PER_SECOND;
        for (String runtime : RUNTIMES) {
            try (FunctionRig rig = new FunctionRig(FunctionsConfig.defaults())) {
                Tenant tenant = load(rig);
                calls(rig, tenant, runtime, secondNs, WARM_UP_SECONDS);
                double[] perSecond = calls(rig, tenant, runtime, secondNs, SECONDS);
                String[] row = new String[perSecond.length + 1];
                row[0] = runtime;
                for (int i = 0; i < perSecond.length; i++) {
                    row[i + 1] = String.format(Locale.ROOT, "%.1f", perSecond[i] / 1e3);
                }
                table.row(row);
            }
        }
        context.say(table.text());
    }

    private static Tenant load(FunctionRig rig) {
        Tenant tenant = rig.newTenant();
        for (int i = 0; i < RECORDS; i++) {
            rig.put(tenant, key(i), key((i + STRIDE) % RECORDS));
        }
        return tenant;
    }

    private static byte[] key(int number) {
        return String.format(Locale.ROOT, "key-%012d", number).getBytes(StandardCharsets.UTF_8);
    }

    /** Deploys, calls, and returns the rate of the first tenth of a second, and of each second. */
    private double[] calls(FunctionRig rig, Tenant tenant, String runtime, long secondNs, int seconds)
            throws FunctionRefusedException {
        MemorySegment[] arguments = new MemorySegment[RECORDS];
        byte[] hops = ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(HOPS)
                .array();
        for (int i = 0; i < RECORDS; i++) {
            arguments[i] = rig.arguments(key(i), hops);
        }
        deployed++;
        Manifest manifest = Manifest.named(FUNCTION + deployed).withRuntime(runtime);
        Function function = rig.deploy(tenant, manifest, unlikeOthers(FunctionRig.example(FUNCTION), deployed));
        long startNs = System.nanoTime();
        long[] calls = new long[seconds + 1];
        long elapsedNs = 0;
        for (int i = 0; elapsedNs < seconds * secondNs; i += BATCH) {
            for (int j = 0; j < BATCH; j++) {
                rig.callNs(function, arguments[(i + j) % RECORDS]);
            }
            rig.functionCore().maintain(System.nanoTime());
            calls[1 + (int) (elapsedNs / secondNs)] += BATCH;
            if (elapsedNs < secondNs / 10) {
                calls[0] += BATCH;
            }
            elapsedNs = System.nanoTime() - startNs;
        }
        double[] perSecond = new double[seconds + 1];
        for (int i = 0; i < calls.length; i++) {
            perSecond[i] = calls[i] * (i == 0 ? 10.0 : 1.0) * NS_PER_SECOND / secondNs;
        }
        return perSecond;
    }

    /** The same module with a custom section of its own, so that it shares no code with others. */
    private static byte[] unlikeOthers(byte[] module, int number) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(module);
        bytes.writeBytes(new byte[] {0, 3, 1, 'n', (byte) number});
        return bytes.toByteArray();
    }
}
