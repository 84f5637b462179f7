package dev.quern.bench.dataplane;

import dev.quern.bench.Bench;
import dev.quern.bench.BenchContext;
import java.util.List;

/** {@code bench dataplane}. */
public final class Dataplane implements Bench {
    private static final List<Part> PARTS = List.of(new WaysPart(), new QuietPart(), new DpdkEchoPart());

    /** For the list of benches. */
    public Dataplane() {}

    @Override
    public String name() {
        return "dataplane";
    }

    @Override
    public String purpose() {
        return "get over shared memory, kernel UDP and rings, and from Redis: one serving core, one client core";
    }

    @Override
    public void run(BenchContext context) throws Exception {
        for (Part part : PARTS) {
            part.run(context);
        }
    }
}
