package dev.quern.bench.functions;

import dev.quern.bench.Bench;
import dev.quern.bench.BenchContext;
import java.time.Duration;
import java.util.List;

/** {@code bench functions}: every group of rows, one after the other. */
public final class FunctionsBench implements Bench {
    /** A new group is added here and nowhere else. */
    private static final List<RowGroup> GROUPS = List.of(
            new FirstCalls(), new ManyTenants(), new FirstSeconds(), new WarmCalls(), new Kernels(), new EndToEnd());

    @Override
    public String name() {
        return "functions";
    }

    @Override
    public String purpose() {
        return "what isolates and calls of functions cost: first calls, memory, ten thousand tenants, calls on a core and over the network, and computations beside trusted Java";
    }

    @Override
    public Duration planned() {
        return Duration.ofSeconds(400);
    }

    @Override
    public void run(BenchContext context) throws Exception {
        for (RowGroup group : GROUPS) {
            context.awaitIdle();
            context.say(group.heading());
            group.run(context);
        }
    }
}
