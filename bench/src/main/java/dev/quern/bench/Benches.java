package dev.quern.bench;

import dev.quern.bench.apps.Apps;
import dev.quern.bench.apps.Mixes;
import dev.quern.bench.dataplane.Dataplane;
import dev.quern.bench.evict.Evict;
import dev.quern.bench.functions.FunctionsBench;
import dev.quern.bench.isolation.Hostile;
import dev.quern.bench.isolation.Isolation;
import dev.quern.bench.micro.Micro;
import dev.quern.bench.peers.Peers;
import dev.quern.bench.placement.PlacementBench;
import dev.quern.bench.reads.Reads;
import dev.quern.bench.roles.Overload;
import dev.quern.bench.roles.Shift;
import dev.quern.bench.roles.Swing;
import dev.quern.bench.roles.Tenants;
import dev.quern.bench.simulate.BesideLive;
import dev.quern.bench.store.StoreBench;
import dev.quern.bench.ycsb.Ycsb;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** All benches by name, in the order in which they run; a new bench is added here and nowhere else. */
public final class Benches {
    private static final List<Bench> ALL = List.of(
            new Peers(),
            new Ycsb(),
            new Reads(),
            new Apps(),
            new Mixes(),
            new FunctionsBench(),
            new Isolation(),
            new Hostile(),
            new Dataplane(),
            new PlacementBench(),
            new Shift(),
            new Swing(),
            new Tenants(),
            new Overload(),
            new BesideLive(),
            new Micro(),
            new Evict(),
            StoreBench.inAll());

    /** Too long for a run of all. */
    private static final List<Bench> ALONE = List.of(StoreBench.thorough());

    private Benches() {}

    /** Every bench, in the order in which they run: what matters most comes first, as time may be short. */
    public static List<Bench> all() {
        return ALL;
    }

    /** Benches that run by themselves only. */
    public static List<Bench> alone() {
        return ALONE;
    }

    /** The bench of this name, or null. */
    public static @Nullable Bench find(String name) {
        return Stream.concat(ALL.stream(), ALONE.stream())
                .filter(bench -> bench.name().equals(name))
                .findFirst()
                .orElse(null);
    }
}
