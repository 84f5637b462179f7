package dev.quern.bench.simulate;

import dev.quern.bench.BenchFailedException;
import dev.quern.bench.roles.TenantSetUp;
import dev.quern.client.ClientConfig;
import dev.quern.client.FunctionCall;
import dev.quern.client.Pipeline;
import dev.quern.client.PipelineHandler;
import dev.quern.client.QuernClient;
import dev.quern.client.QuernException;
import dev.quern.client.Reply;
import dev.quern.kvstore.WhenFull;
import dev.quern.protocol.Status;
import dev.quern.server.EmbeddedQuern;
import dev.quern.server.Quern;
import dev.quern.server.ServerConfig;
import dev.quern.server.TenantSettings;
import dev.quern.server.loop.Counter;
import dev.quern.server.loop.CounterTotals;
import dev.quern.server.loop.LoopFigures;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/** A running server of two cores, and a client of the same process that sends it gets and calls at random times, at rates that are set. Thread: one. */
final class LiveServer implements AutoCloseable, PipelineHandler {
    static final int CORES = 2;
    private static final int KEYS = 10_000;
    private static final int VALUE_BYTES = 100;
    /** Of a session, as the server lets it have them. */
    static final int GETS_UNDER_WAY_MAX = 1_024;

    static final int CALLS_UNDER_WAY_MAX = 8_192;
    private static final int SLOTS = CALLS_UNDER_WAY_MAX + CORES * GETS_UNDER_WAY_MAX;

    /** Sessions at each core that calls are sent by: together their windows and rings hold what may be under way. */
    private static final int CALLERS = 8;

    /** Calls may wait for 20 ms: what is late is not lost. */
    private static final Duration RETRANSMIT_AFTER = Duration.ofMillis(200);

    private static final Duration RETRANSMIT_AFTER_MAX = Duration.ofSeconds(1);
    private static final int POLLS_MAX = 64;
    private static final long PAUSE_NS = 50_000;

    /** What comes to five seconds of looks, as each sleeps. */
    private static final int LOOKS_MAX = 1 << 16;

    private static final long STALL_NS = 30_000_000_000L;
    private static final long NS_MAX = 60_000_000_000L;
    private static final String TENANT = "live";

    private final EmbeddedQuern quern;
    /** Of its own, as a session's window that is full of calls would keep gets waiting. */
    private final QuernClient getsClient;

    private final List<QuernClient> callsClients = new ArrayList<>();
    private final Pipeline gets;
    private final List<Pipeline> calls = new ArrayList<>();
    private int caller;
    private final byte[][] keys = new byte[KEYS][];
    private final SplittableRandom random = new SplittableRandom(20_261_121);
    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    private final byte[] arguments = FunctionCall.encodeArguments(new byte[Integer.BYTES]);
    private final long[] dueNs = new long[SLOTS];
    private final boolean[] isCall = new boolean[SLOTS];
    private final int[] free = new int[SLOTS];
    private int freeCount = SLOTS;
    private int callsUnderWay;
    private final Histogram getNs = new Histogram(NS_MAX, 3);
    private final Histogram callNs = new Histogram(NS_MAX, 3);
    private final WorkTimes times = new WorkTimes();
    private final long[] looksNs = new long[LOOKS_MAX];
    private long sheds;

    /**
     * With functions of the names given.
     *
     * @param mode as the configuration names it
     */
    LiveServer(String mode, List<String> functions, long waitNs) throws Exception {
        quern = Quern.embedded(ServerConfig.builder()
                .cores(CORES)
                .roles(roles -> roles.mode(mode))
                .functions(settings -> settings.waitMs((int) (waitNs / 1_000_000)))
                .udp("off")
                .resp("off")
                .hugePages(false)
                .tenant(new TenantSettings(TENANT, "", 64L << 20, WhenFull.REFUSE))
                .build());
        try {
            for (int key = 0; key < KEYS; key++) {
                keys[key] = ("key" + key).getBytes(StandardCharsets.UTF_8);
            }
            TenantSetUp.of(quern, TENANT, keys, VALUE_BYTES, functions, () -> new TimedWork(times));
            getsClient = quern.client(config());
            for (int i = 0; i < CALLERS; i++) {
                callsClients.add(quern.client(config().retransmit(RETRANSMIT_AFTER, RETRANSMIT_AFTER_MAX)));
            }
        } catch (RuntimeException failed) {
            quern.close();
            throw failed;
        }
        gets = getsClient.pipeline(getsClient.table(), this);
        for (QuernClient each : callsClients) {
            calls.add(each.pipeline(each.table(), this));
        }
        for (int slot = 0; slot < SLOTS; slot++) {
            free[slot] = slot;
        }
    }

    /** What is refused is refused: it is not asked again. */
    private static ClientConfig.Builder config() {
        return ClientConfig.builder()
                .tenant(TENANT)
                .threading(ClientConfig.Threading.INVOKER)
                .busyRetries(false)
                .requestTimeout(Duration.ofSeconds(30));
    }

    /** Sends what was begun, and takes in all that has come, up to a bound. */
    private void poll() {
        int work = 1;
        for (int times = 0; times < POLLS_MAX && work > 0; times++) {
            // A look takes in so many datagrams at the most, and there may be more.
            work = getsClient.poll();
            for (QuernClient each : callsClients) {
                work += each.poll();
            }
        }
    }

    /**
     * Sends for so long at such rates and returns what came of it: gets sixteen at a time, and calls, both at random times, of functions that compute for times
     * that are distributed exponentially.
     *
     * @param rounds of the function's work on average
     */
    LiveFigures send(double getsPerSecond, double callsPerSecond, String function, double rounds, long ns) {
        byte[] name = (function + ".work").getBytes(StandardCharsets.UTF_8);
        getNs.reset();
        callNs.reset();
        sheds = 0;
        long repeatedBefore = repeated();
        times.reset();
        List<LoopFigures> before = quern.server().figures();
        long eventsBefore = quern.server().roles().events().count();
        long clientBefore = threads.getCurrentThreadCpuTime();
        long beginNs = System.nanoTime();
        long nowNs = beginNs;
        int looks = 0;
        double getWaitNs = SimulatedMachine.GETS * 1e9 / getsPerSecond;
        double callWaitNs = 1e9 / callsPerSecond;
        double getDueNs = beginNs + drawn(getWaitNs);
        double callDueNs = beginNs + drawn(callWaitNs);
        int getsLeft = 0;
        while (nowNs - beginNs < ns) {
            poll();
            nowNs = System.nanoTime();
            if (looks < LOOKS_MAX) {
                looksNs[looks++] = nowNs - beginNs;
            }
            while (getDueNs <= nowNs && get((long) getDueNs)) {
                if (++getsLeft == SimulatedMachine.GETS) {
                    getsLeft = 0;
                    getDueNs += drawn(getWaitNs);
                }
            }
            while (callDueNs <= nowNs && call(name, rounds, (long) callDueNs)) {
                callDueNs += drawn(callWaitNs);
            }
            poll();
            LockSupport.parkNanos(PAUSE_NS);
        }
        List<LoopFigures> after = quern.server().figures();
        long tookNs = System.nanoTime() - beginNs;
        LiveFigures figures = new LiveFigures(
                tookNs,
                getNs.getTotalCount(),
                callNs.getTotalCount(),
                sheds,
                LiveFigures.busyNs(after) - LiveFigures.busyNs(before),
                after.getFirst().busyNs() - before.getFirst().busyNs(),
                LiveFigures.functionNs(after) - LiveFigures.functionNs(before),
                LiveFigures.functions(after) - LiveFigures.functions(before),
                threads.getCurrentThreadCpuTime() - clientBefore,
                Arrays.copyOf(looksNs, looks),
                times.roundNs(),
                times.rounds(),
                times.allNs(),
                times.stalls(),
                repeated() - repeatedBefore,
                LiveFigures.roleChanges(quern.server().roles().events().since(eventsBefore)),
                getNs.getValueAtPercentile(50) / 1e3,
                getNs.getValueAtPercentile(99) / 1e3,
                callNs.getValueAtPercentile(50) / 1e3,
                callNs.getValueAtPercentile(99) / 1e3);
        drain();
        return figures;
    }

    /** Requests that came a second time. */
    private long repeated() {
        CounterTotals counters = quern.server().counters();
        return counters.get(Counter.REQUESTS_REPEATED)
                + counters.get(Counter.REQUESTS_EXECUTING)
                + counters.get(Counter.REQUESTS_STALE);
    }

    private double drawn(double meanNs) {
        return -Math.log(1 - random.nextDouble()) * meanNs;
    }

    private boolean get(long due) {
        int slot = take(false, due);
        return slot >= 0 && (gets.get(keys[random.nextInt(KEYS)], slot) || giveBack(slot));
    }

    private boolean call(byte[] name, double rounds, long due) {
        int slot = callsUnderWay < CALLS_UNDER_WAY_MAX ? take(true, due) : -1;
        if (slot < 0) {
            return false;
        }
        ByteBuffer.wrap(arguments).order(ByteOrder.LITTLE_ENDIAN).putInt(arguments.length - Integer.BYTES, (int)
                Math.max(1, drawn(rounds)));
        for (int tries = 0; tries < calls.size(); tries++) {
            caller = (caller + 1) % calls.size();
            if (calls.get(caller).invoke(name, true, arguments, 0, arguments.length, slot)) {
                return true;
            }
        }
        return giveBack(slot);
    }

    private int take(boolean forCall, long due) {
        if (freeCount == 0) {
            return -1;
        }
        int slot = free[--freeCount];
        dueNs[slot] = due;
        isCall[slot] = forCall;
        callsUnderWay += forCall ? 1 : 0;
        return slot;
    }

    private boolean giveBack(int slot) {
        callsUnderWay -= isCall[slot] ? 1 : 0;
        free[freeCount++] = slot;
        return false;
    }

    private void drain() {
        long beginNs = System.nanoTime();
        while (freeCount < SLOTS) {
            poll();
            LockSupport.parkNanos(PAUSE_NS);
            if (System.nanoTime() - beginNs > STALL_NS) {
                throw new BenchFailedException("lost: " + (SLOTS - freeCount) + " requests were not answered");
            }
        }
    }

    @Override
    public void onReply(long correlation, Reply reply) {
        int slot = (int) correlation;
        boolean ignored = giveBack(slot);
        if (isCall[slot] && reply.status() == Status.BUSY) {
            sheds++;
        } else if (!reply.ok()) {
            throw new BenchFailedException((isCall[slot] ? "a call" : "a get") + " was answered: " + reply.error());
        } else {
            (isCall[slot] ? callNs : getNs).recordValue(Math.clamp(System.nanoTime() - dueNs[slot], 0, NS_MAX));
        }
    }

    @Override
    public void onFailure(long correlation, QuernException cause) {
        boolean ignored = giveBack((int) correlation);
        if (!(isCall[(int) correlation] && cause instanceof QuernException.Busy)) {
            throw cause;
        }
        sheds++;
    }

    @Override
    public void close() {
        getsClient.close();
        callsClients.forEach(QuernClient::close);
        quern.close();
    }
}
