package dev.quern.bench.functions;

import dev.quern.bench.BenchContext;
import dev.quern.bench.TextTable;
import dev.quern.kvstore.Tenant;
import dev.quern.sandbox.Function;
import dev.quern.sandbox.FunctionRefusedException;
import dev.quern.sandbox.IsolatesConfig;
import dev.quern.sandbox.Manifest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/** The first call of a tenant on a core, to its reply: with its context to be made, and with one that stood ready. */
final class FirstCalls implements RowGroup {
    private static final String FUNCTION = "noop";
    private static final int TENANTS = 2_000;
    private static final int TENANTS_QUICK = 60;

    /** Called before, so that the JVM has compiled what making an isolate takes. */
    private static final int TENANTS_WARM_UP = 2_000;

    private static final int WARM_CALLS = 100_000;
    private static final long HIGHEST_NS = 60_000_000_000L;
    private static final int DIGITS = 3;
    private static final double COLD_P50_US_MAX = 300;
    private static final double POOLED_P50_US_MAX = 50;

    /** None is let go. */
    private static final long BYTES_MAX = 1L << 40;

    private static final int IDLE_MS = 1_000_000;

    @Override
    public String heading() {
        return "first call of a deployed function on a core, to its reply";
    }

    @Override
    public void run(BenchContext context) throws FunctionRefusedException {
        TextTable table = new TextTable("first call", "p50 us", "p99 us", "max us");
        Histogram cold = measure(context, 0);
        Histogram pooled = measure(context, IsolatesConfig.defaults().spares());
        row(table, "context to be made", cold);
        row(table, "context made ahead", pooled);
        context.say(table.text());
        context.atMost("first-call-cold", us(cold, 50), COLD_P50_US_MAX, " us");
        context.atMost("first-call-pooled", us(pooled, 50), POOLED_P50_US_MAX, " us");
    }

    private static Histogram measure(BenchContext context, int spares) throws FunctionRefusedException {
        IsolatesConfig isolates = new IsolatesConfig(BYTES_MAX, IDLE_MS, spares);
        try (FunctionRig rig = new FunctionRig(FunctionRig.config().withIsolates(isolates))) {
            byte[] module = FunctionRig.example(FUNCTION);
            List<Function> functions = deploy(rig, module, context.quick() ? TENANTS_QUICK : TENANTS_WARM_UP);
            functions.forEach(function -> firstCallNs(rig, function));
            for (int i = 0; i < (context.quick() ? 1 : WARM_CALLS); i++) {
                rig.callNs(functions.getFirst());
            }
            Histogram histogram = new Histogram(HIGHEST_NS, DIGITS);
            for (Function function : deploy(rig, module, context.quick() ? TENANTS_QUICK : TENANTS)) {
                histogram.recordValue(Math.min(firstCallNs(rig, function), HIGHEST_NS));
            }
            return histogram;
        }
    }

    /** What an idle core does comes first. */
    private static long firstCallNs(FunctionRig rig, Function function) {
        while (rig.functionCore().maintain(System.nanoTime()) > 0) {
            Thread.onSpinWait();
        }
        return rig.callNs(function);
    }

    private static List<Function> deploy(FunctionRig rig, byte[] module, int tenants) throws FunctionRefusedException {
        List<Function> functions = new ArrayList<>();
        for (int i = 0; i < tenants; i++) {
            Tenant tenant = rig.newTenant();
            functions.add(rig.deploy(tenant, Manifest.named(FUNCTION), module));
        }
        return functions;
    }

    private static void row(TextTable table, String name, Histogram histogram) {
        table.row(name, figure(us(histogram, 50)), figure(us(histogram, 99)), figure(us(histogram, 100)));
    }

    private static double us(Histogram histogram, double percentile) {
        return histogram.getValueAtPercentile(percentile) / 1e3;
    }

    private static String figure(double us) {
        return String.format(Locale.ROOT, "%.1f", us);
    }
}
