package dev.quern.bench.roles;

import dev.quern.bench.Bench;
import dev.quern.bench.BenchContext;
import dev.quern.bench.Machine;
import dev.quern.bench.TextTable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;

/** A thousand tenants whose calls follow Zipf's law beside one alone, and beside one that asks for ten times its share. Two cores, and the client's thread beside them. */
public final class Tenants implements Bench {
    private static final long MS = 1_000_000;
    private static final long CALL_NS = 20_000;
    private static final int TENANTS = 1_000;
    private static final int TENANTS_QUICK = 20;
    private static final double EXPONENT = 0.99;
    private static final int CALLS_UNDER_WAY = 64;

    /** Of what the server does at the most, so that what waits is the tenants' doing. */
    private static final double LOAD = 0.4;

    private static final double THROUGHPUT_MIN = 0.8;
    private static final double P99_MAX = 2;
    private static final double HOT = 10;
    private static final long WINDOW_NS = 20 * MS;

    /** For the list of benches. */
    public Tenants() {}

    @Override
    public String name() {
        return "tenants";
    }

    @Override
    public String purpose() {
        return "a thousand tenants' calls beside one tenant's, and what a tenant that asks for ten times its share does to the others";
    }

    @Override
    public Duration planned() {
        return Duration.ofSeconds(40);
    }

    @Override
    public void run(BenchContext context) throws Exception {
        context.awaitIdle();
        int rounds = Served.rounds(CALL_NS);
        int tenants = context.quick() ? TENANTS_QUICK : TENANTS;
        long ns = (context.quick() ? 100 : 3_000) * MS;
        context.say("two cores that are not pinned, and the client's thread, on "
                + Machine.processors() + " processors; calls that compute for " + CALL_NS / 1_000
                + " us in trusted Java, by rings within one process");
        double one = closed(1, rounds, ns);
        List<Driver.Window> windows = new ArrayList<>();
        double[] many = many(context, tenants, rounds, ns, windows);
        TextTable table =
                new TextTable("tenants", "calls/s", "p99 of others us", "with the hottest at ten times its share");
        table.row("1", TextTable.number(one), "", "");
        table.row(
                TextTable.number(tenants),
                TextTable.number(many[0]),
                String.format(Locale.ROOT, "%.0f", many[1]),
                String.format(Locale.ROOT, "%.0f", many[2]));
        context.say(table.text());
        context.plot(
                "tenants.svg",
                RolesChart.svg(
                        "calls of " + TextTable.number(tenants) + " tenants: at " + Math.round(100 * LOAD)
                                + " % of the most, then the hottest asks for ten times its share",
                        windows,
                        WINDOW_NS / 1e6));
        context.atLeast("tenants-throughput", many[0] / one, THROUGHPUT_MIN, "x");
        context.atMost("tenants-p99-beside-hot", many[2] / Math.max(1, many[1]), P99_MAX, "x");
    }

    private static double closed(int tenants, int rounds, long ns) throws Exception {
        try (Served served = Served.open("adaptive", tenants, rounds)) {
            double ignored = closed(served, tenants, ns / 2);
            return closed(served, tenants, ns);
        }
    }

    private static double closed(Served served, int tenants, long ns) {
        Driver driver = served.driver();
        Zipf zipf = new Zipf(tenants);
        driver.hot(-1);
        long beginNs = System.nanoTime();
        long nowNs = beginNs;
        while (nowNs - beginNs < ns) {
            nowNs = driver.poll();
            LockSupport.parkNanos(Phase.PAUSE_NS);
            while (driver.callsUnderWay() < CALLS_UNDER_WAY && driver.call(zipf.draw(), nowNs)) {
                // As many as go.
            }
        }
        double rate = driver.others().count() * 1e9 / ns;
        driver.drain();
        return rate;
    }

    /** Calls a second of all; and the others' p99 without and with a hot one, whose windows are added to a list. */
    private static double[] many(BenchContext context, int tenants, int rounds, long ns, List<Driver.Window> windows)
            throws Exception {
        try (Served served = Served.open("adaptive", tenants, rounds)) {
            double ignored = closed(served, tenants, ns);
            double most = closed(served, tenants, ns);
            double calm = open(served, tenants, LOAD * most, 0, ns, windows);
            double beside = open(served, tenants, LOAD * most, HOT, ns, windows);
            context.check(served.driver().others().count() > 0, "calls were answered");
            return new double[] {most, calm, beside};
        }
    }

    /** The p99 of all but the hottest tenant, at a rate; the hottest's own share is raised by a factor unless that is 0. */
    private static double open(
            Served served, int tenants, double callsPerSecond, double hot, long ns, List<Driver.Window> windows) {
        Driver driver = served.driver();
        Zipf zipf = new Zipf(tenants);
        driver.hot(0);
        double extra = Math.max(0, hot - 1) * zipf.share(0) * callsPerSecond;
        long beginNs = System.nanoTime();
        long nowNs = beginNs;
        long windowNs = beginNs + WINDOW_NS;
        long sent = 0;
        long extraSent = 0;
        Driver.Window ignored = driver.window(beginNs, 0); // What came before is none of it.
        while (nowNs - beginNs < ns) {
            nowNs = driver.poll();
            LockSupport.parkNanos(Phase.PAUSE_NS);
            double seconds = (nowNs - beginNs) / 1e9;
            while (sent < seconds * callsPerSecond
                    && driver.call(zipf.draw(), beginNs + (long) (sent / callsPerSecond * 1e9))) {
                sent++;
            }
            while (extraSent < seconds * extra && driver.call(0, nowNs)) {
                extraSent++;
            }
            if (nowNs >= windowNs) {
                windows.add(driver.window(nowNs, Phase.servingCores(served.roles())));
                windowNs = nowNs + WINDOW_NS;
            }
        }
        double p99Us = driver.others().p99Us();
        driver.drain();
        return p99Us;
    }

    /** Numbers from 0 on, the smaller the likelier. */
    private static final class Zipf {
        private final double[] upTo;
        private final SplittableRandom random = new SplittableRandom(42);

        Zipf(int count) {
            upTo = new double[count];
            double sum = 0;
            for (int i = 0; i < count; i++) {
                sum += 1 / Math.pow(i + 1, EXPONENT);
                upTo[i] = sum;
            }
        }

        double share(int number) {
            return (upTo[number] - (number == 0 ? 0 : upTo[number - 1])) / upTo[upTo.length - 1];
        }

        int draw() {
            int at = Arrays.binarySearch(upTo, random.nextDouble() * upTo[upTo.length - 1]);
            return Math.min(at < 0 ? -at - 1 : at, upTo.length - 1);
        }
    }
}
