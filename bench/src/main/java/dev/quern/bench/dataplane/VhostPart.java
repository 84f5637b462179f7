package dev.quern.bench.dataplane;

import dev.quern.bench.BenchContext;
import dev.quern.bench.Rounds.Samples;
import dev.quern.bench.TextTable;
import dev.quern.bench.load.LoadResult;
import dev.quern.bench.peers.Tools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * An echo between two processes by vhost, as between a switch and a virtual machine: served in C and by the server's driver in Java, each loaded by
 * the same program in Java over virtio_user. It takes huge pages, which the two map both.
 *
 * <p>The two take turns of a fraction of a second, and what counts is the median of the turns' ratios: a virtual machine's two processors are
 * threads of one core at times and cores of their own at others, which changes how long a frame takes from one to the other by three
 * times, for C and Java alike.
 */
final class VhostPart implements Part {
    private static final String NAME = "vhost-echo";
    private static final int WINDOW = 64;
    private static final int TURNS = 15;
    private static final int TURNS_QUICK = 2;
    private static final int RUN_MS = 300;
    private static final int RUN_QUICK_MS = 50;
    private static final int WARM_UPS = 4;
    private static final int WARM_UP_MS = 1_000;
    private static final double P50_OF_C_MAX = 1.1;
    private static final double RATE_OF_C_MIN = 0.8;

    @Override
    public void run(BenchContext context) throws Exception {
        if (!DpdkPrograms.canCompile() || !DpdkPrograms.hasHugePages()) {
            context.say("huge pages, gcc, pkg-config or DPDK's headers are missing: no echo over vhost"
                    + " (scripts/setup-dpdk)");
            return;
        }
        Path directory = Files.createTempDirectory("quern-vhost");
        try {
            Path program = DpdkPrograms.compile(context, directory, NAME);
            List<String> inJava = Tools.java(List.of(), VhostEchoMain.class.getName(), List.of());
            try (VhostPair c = pair(context, "C", List.of(program.toString()), directory);
                    VhostPair java = pair(context, "Java", inJava, directory)) {
                context.awaitIdle();
                measure(context, c, java);
            }
        } finally {
            Files.deleteIfExists(directory.resolve("C"));
            Files.deleteIfExists(directory.resolve("Java"));
            DpdkPrograms.delete(directory, NAME);
        }
    }

    private static VhostPair pair(BenchContext context, String name, List<String> serving, Path directory)
            throws InterruptedException, IOException {
        List<String> loading = Tools.java(List.of(), VhostLoadMain.class.getName(), List.of());
        return VhostPair.start(context, name, serving, loading, directory.resolve(name));
    }

    private static void measure(BenchContext context, VhostPair c, VhostPair java) throws InterruptedException {
        int warmUpMs = context.quick() ? RUN_QUICK_MS : WARM_UP_MS;
        for (int i = 0; i < WARM_UPS; i++) {
            int underWay = i % 2 == 0 ? WINDOW : 1;
            warm(context, c, warmUpMs, underWay);
            warm(context, java, warmUpMs, underWay);
        }
        TextTable table = new TextTable(
                "echo over vhost, two processes, one core each",
                "frames/s",
                "p50 us",
                "p99 us",
                "least p50",
                "most p50");
        Compared many = compare(context, c, java, WINDOW);
        Compared one = compare(context, c, java, 1);
        many.addTo(table, WINDOW + " under way");
        one.addTo(table, "one under way");
        context.out().print(table.text());
        context.atLeast("vhost-echo-rate", many.rateOfC.median(), RATE_OF_C_MIN, "x of C");
        context.atMost("vhost-echo-p50", one.p50OfC.median(), P50_OF_C_MAX, "x of C");
    }

    private static void warm(BenchContext context, VhostPair pair, int timeMs, int underWay)
            throws InterruptedException {
        context.check(pair.ask(timeMs, underWay).operations() > 0, "frames come back over vhost");
    }

    private static Compared compare(BenchContext context, VhostPair c, VhostPair java, int underWay)
            throws InterruptedException {
        Compared compared = new Compared();
        int runMs = context.quick() ? RUN_QUICK_MS : RUN_MS;
        int turns = context.quick() ? TURNS_QUICK : TURNS;
        for (int turn = 0; turn < turns; turn++) {
            compared.add(c.ask(runMs, underWay), java.ask(runMs, underWay));
        }
        return compared;
    }

    /** What the two did in turns. */
    private static final class Compared {
        private final Figures c = new Figures();
        private final Figures java = new Figures();
        private final Samples rateOfC = new Samples();
        private final Samples p50OfC = new Samples();

        void add(LoadResult byC, LoadResult byJava) {
            c.add(byC);
            java.add(byJava);
            rateOfC.add(byJava.ratePerSecond() / byC.ratePerSecond());
            p50OfC.add(byJava.p50Us() / byC.p50Us());
        }

        void addTo(TextTable table, String name) {
            c.addTo(table, "C, " + name);
            java.addTo(table, "Java, " + name);
        }
    }

    private static final class Figures {
        private final Samples rate = new Samples();
        private final Samples p50 = new Samples();
        private final Samples p99 = new Samples();

        void add(LoadResult result) {
            rate.add(result.ratePerSecond());
            p50.add(result.p50Us());
            p99.add(result.p99Us());
        }

        void addTo(TextTable table, String name) {
            table.row(
                    name,
                    TextTable.number(rate.median()),
                    us(p50.median()),
                    us(p99.median()),
                    us(p50.min()),
                    us(p50.max()));
        }
    }

    private static String us(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }
}
