package dev.quern.bench.functions;

import dev.quern.bench.BenchContext;
import dev.quern.bench.BenchFailedException;
import dev.quern.bench.TextTable;
import dev.quern.bench.peers.Tools;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Ten thousand tenants, each with a function and an isolate of its own, live in one process: what each takes, and that all answer. */
final class ManyTenants implements RowGroup {
    private static final int TENANTS = 10_000;
    private static final int TENANTS_QUICK = 300;
    private static final List<String> FUNCTIONS = List.of("noop", "echo");
    private static final Duration PROCESS_MAX = Duration.ofMinutes(10);
    private static final double KIB = 1024;
    private static final double IDLE_KIB_MAX = 32;

    /** So that what is resident grows by what is off the heap alone. */
    private static final List<String> JVM_OPTIONS = List.of("-Xms1g", "-Xmx1g", "-XX:+AlwaysPreTouch");

    @Override
    public String heading() {
        return "tenants with a function each, all live on one core of one process";
    }

    @Override
    public void run(BenchContext context) throws InterruptedException {
        int tenants = context.quick() ? TENANTS_QUICK : TENANTS;
        TextTable table = new TextTable(
                "function",
                "tenants",
                "isolates live",
                "heap KiB each",
                "RSS off heap KiB each",
                "first us",
                "random us");
        double largest = 0;
        for (String function : FUNCTIONS) {
            context.awaitIdle();
            Map<String, Double> figures = measure(context, function, tenants);
            double heap = figure(figures, ManyTenantsMain.HEAP_BYTES) / tenants / KIB;
            double resident = figure(figures, ManyTenantsMain.RESIDENT_BYTES) / tenants / KIB;
            double isolates = figure(figures, ManyTenantsMain.ANSWERED);
            context.check(isolates == tenants, "every tenant's function answered, twice");
            table.row(
                    function,
                    TextTable.number(tenants),
                    TextTable.number(isolates),
                    decimal(heap),
                    decimal(resident),
                    decimal(figure(figures, ManyTenantsMain.FIRST_NS) / 1e3),
                    decimal(figure(figures, ManyTenantsMain.RANDOM_NS) / 1e3));
            largest = Math.max(largest, heap + resident);
        }
        context.say(table.text());
        context.atMost("idle-isolate", largest, IDLE_KIB_MAX, " KiB");
    }

    private static Map<String, Double> measure(BenchContext context, String function, int tenants) {
        List<String> command =
                Tools.java(JVM_OPTIONS, ManyTenantsMain.class.getName(), List.of(function, Integer.toString(tenants)));
        List<String> printable = new ArrayList<>(command);
        printable.set(printable.indexOf("-cp") + 1, "'bench/target/quern/lib/*'");
        context.command(printable);
        Map<String, Double> figures = new HashMap<>();
        Tools.run(command, PROCESS_MAX).lines().forEach(line -> {
            String[] words = line.split(" ", -1);
            if (words.length == 3 && words[0].equals(ManyTenantsMain.FIGURE)) {
                figures.put(words[1], Double.valueOf(words[2]));
            }
        });
        return figures;
    }

    private static double figure(Map<String, Double> figures, String name) {
        Double found = figures.get(name);
        if (found == null) {
            throw new BenchFailedException("the process did not measure " + name);
        }
        return found;
    }

    private static String decimal(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }
}
