package dev.quern.bench.dataplane;

import dev.quern.bench.Bench;
import dev.quern.bench.BenchContext;
import dev.quern.bench.Target;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** {@code bench dataplane}. */
public final class Dataplane implements Bench {
    private static final List<Part> PARTS =
            List.of(new WaysPart(), new QuietPart(), new DpdkEchoPart(), new VhostPart());

    /** For the list of benches. */
    public Dataplane() {}

    @Override
    public String name() {
        return "dataplane";
    }

    @Override
    public String purpose() {
        return "get over shared memory, kernel UDP and rings, and from Redis; echoes by DPDK beside C: one core each side";
    }

    @Override
    public Duration planned() {
        return Duration.ofSeconds(250);
    }

    @Override
    public void run(BenchContext context) throws Exception {
        for (Part part : PARTS) {
            part.run(context);
        }
        report(context);
    }

    /** As it stands in docs/benchmarks.md. */
    private static void report(BenchContext context) {
        context.say("");
        context.say("| target | measured | wanted | |");
        context.say("|---|---|---|---|");
        for (Target target : context.targets()) {
            context.say(String.format(
                    Locale.ROOT,
                    "| `%s` | %.3f%s | %s %.3f%s | %s |",
                    target.name(),
                    target.measured(),
                    target.unit(),
                    target.atLeast() ? "≥" : "≤",
                    target.wanted(),
                    target.unit(),
                    target.holds() ? "holds" : "short"));
        }
    }
}
