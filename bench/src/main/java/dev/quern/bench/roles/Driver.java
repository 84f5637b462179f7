package dev.quern.bench.roles;

import dev.quern.bench.BenchFailedException;
import dev.quern.client.Pipeline;
import dev.quern.client.PipelineHandler;
import dev.quern.client.QuernClient;
import dev.quern.client.QuernException;
import dev.quern.client.Reply;
import dev.quern.protocol.Status;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Sends gets and calls, at rates or as many at a time as are allowed, and keeps for each window of time what was answered and how long it
 * took since it was due. One thread; replies are checked. Each client is a tenant's.
 */
final class Driver implements PipelineHandler {
    /** Requests under way: what the rings hold easily. */
    private static final int SLOTS = 4_096;

    private static final long STALL_NS = 30_000_000_000L;

    /** Between two looks that are further apart, the thread had no processor. */
    private static final long AWAY_NS = 1_000_000;

    /** Answers of one window whose times are kept. */
    private static final int SAMPLES = 1 << 14;

    private final List<QuernClient> clients;
    private final Pipeline[] pipelines;
    private final byte[][] keys;
    private final byte[] function;
    private final byte[] arguments;
    private final SplittableRandom random = new SplittableRandom(20_261_121);
    private final long[] dueNs = new long[SLOTS];
    private final long[] sentNs = new long[SLOTS];
    private final boolean[] isCall = new boolean[SLOTS];
    private final int[] owner = new int[SLOTS];
    private final int[] free = new int[SLOTS];
    private int freeCount = SLOTS;
    private int callsUnderWay;
    private int getsUnderWay;
    private long nowNs;

    // The present window.
    private final long[] getNs = new long[SAMPLES];
    private final long[] callNs = new long[SAMPLES];
    private int getSamples;
    private int callSamples;
    private long gets;
    private long calls;
    private long sheds;
    private final int[] underWay;
    private final int[] active;
    private final int[] placeOf;
    private int activeCount;
    private int caller;
    private final LatencyLog hot;
    private final LatencyLog others;
    private int hotTenant = -1;
    private long hotSheds;
    private long awayNs;
    private @Nullable AnswerTimes times;

    /**
     * @param clients each of a tenant of its own, threading INVOKER
     * @param keys what gets ask for; each is there
     * @param function its name, and what it is called with
     */
    Driver(List<QuernClient> clients, byte[][] keys, byte[] function, byte[] arguments) {
        this.clients = clients;
        this.keys = keys;
        this.function = function;
        this.arguments = arguments;
        pipelines = clients.stream()
                .map(client -> client.pipeline(client.table(), this))
                .toArray(Pipeline[]::new);
        underWay = new int[pipelines.length];
        active = new int[pipelines.length];
        placeOf = new int[pipelines.length];
        hot = new LatencyLog();
        others = new LatencyLog();
        for (int slot = 0; slot < SLOTS; slot++) {
            free[slot] = slot;
        }
    }

    /** From here on, calls of this tenant are told apart. */
    void hot(int tenant) {
        hotTenant = tenant;
        hotSheds = 0;
        hot.clear();
        others.clear();
    }

    /** For how long, in all, a look came more than a millisecond after the last one: what came meanwhile has waited for this thread. */
    long awayNs() {
        return awayNs;
    }

    /** From here on, each answer's time is kept there; null for nowhere. */
    void times(@Nullable AnswerTimes into) {
        times = into;
    }

    LatencyLog hot() {
        return hot;
    }

    LatencyLog others() {
        return others;
    }

    /** How many of that tenant's calls were refused. */
    long hotSheds() {
        return hotSheds;
    }

    /** What was answered in the window that ends now; the next begins. */
    Window window(long atNs, int servingCores) {
        Window window = new Window(
                atNs, gets, calls, sheds, percentile(getNs, getSamples), percentile(callNs, callSamples), servingCores);
        getSamples = 0;
        callSamples = 0;
        gets = 0;
        calls = 0;
        sheds = 0;
        return window;
    }

    private static long percentile(long[] samples, int count) {
        if (count == 0) {
            return 0;
        }
        Arrays.sort(samples, 0, count);
        return samples[(int) Math.min(count - 1, Math.floor(count * 0.99))];
    }

    /**
     * A window's answers.
     *
     * @param atNs when it ended
     * @param getP99Ns since they were due, 0 for none
     */
    record Window(long atNs, long gets, long calls, long sheds, long getP99Ns, long callP99Ns, int servingCores) {}

    int getsUnderWay() {
        return getsUnderWay;
    }

    int callsUnderWay() {
        return callsUnderWay;
    }

    /** Sends a get; false when too many are under way. */
    boolean get(int client, long due) {
        int slot = take(client, false, due);
        if (slot < 0) {
            return false;
        }
        if (!pipelines[client].get(keys[random.nextInt(keys.length)], slot)) {
            giveBack(slot);
            return false;
        }
        return true;
    }

    /** Sends a call; false when too many are under way. */
    boolean call(int client, long due) {
        int slot = take(client, true, due);
        if (slot < 0) {
            return false;
        }
        if (!pipelines[client].invoke(function, true, arguments, 0, arguments.length, slot)) {
            giveBack(slot);
            return false;
        }
        return true;
    }

    /** Sends a call by the next of the clients that are for calls, the first one when there is no other; false when too many are under way. */
    boolean callByAny(long due) {
        int callers = pipelines.length - 1;
        if (callers == 0) {
            return call(0, due);
        }
        if (!call(1 + caller, due)) {
            return false;
        }
        caller = (caller + 1) % callers;
        return true;
    }

    private int take(int client, boolean calls, long due) {
        if (freeCount == 0) {
            return -1;
        }
        int slot = free[--freeCount];
        dueNs[slot] = due;
        sentNs[slot] = nowNs;
        isCall[slot] = calls;
        owner[slot] = client;
        if (underWay[client]++ == 0) {
            placeOf[client] = activeCount;
            active[activeCount++] = client;
        }
        if (calls) {
            callsUnderWay++;
        } else {
            getsUnderWay++;
        }
        return slot;
    }

    private void giveBack(int slot) {
        free[freeCount++] = slot;
        int client = owner[slot];
        if (--underWay[client] == 0) {
            int last = active[--activeCount];
            active[placeOf[client]] = last;
            placeOf[last] = placeOf[client];
        }
        if (isCall[slot]) {
            callsUnderWay--;
        } else {
            getsUnderWay--;
        }
    }

    /** Sends what was begun, takes in what has come; returns the time. */
    long poll() {
        long lookNs = System.nanoTime();
        awayNs += lookNs - nowNs > AWAY_NS ? lookNs - nowNs : 0;
        nowNs = lookNs;
        // Backwards, as one that has nothing under way any more goes out of the list.
        for (int i = activeCount - 1; i >= 0; i--) {
            int ignored = clients.get(active[i]).poll();
        }
        return nowNs;
    }

    /** Lets all that is under way end. */
    void drain() {
        long beginNs = System.nanoTime();
        while (freeCount < SLOTS) {
            if (poll() - beginNs > STALL_NS) {
                throw new BenchFailedException("lost: " + (SLOTS - freeCount) + " requests were not answered");
            }
        }
    }

    @Override
    public void onReply(long correlation, Reply reply) {
        int slot = (int) correlation;
        giveBack(slot);
        if (isCall[slot] && reply.status() == Status.BUSY) {
            shed(slot);
            return;
        }
        if (!reply.ok()) {
            throw new BenchFailedException((isCall[slot] ? "a call" : "a get") + " was answered: " + reply.error());
        }
        long tookNs = System.nanoTime() - dueNs[slot];
        AnswerTimes into = times;
        if (into != null) {
            into.add(dueNs[slot], sentNs[slot], tookNs);
        }
        if (isCall[slot]) {
            calls++;
            if (callSamples < SAMPLES) {
                callNs[callSamples++] = tookNs;
            }
            (owner[slot] == hotTenant ? hot : others).add(tookNs);
        } else {
            gets++;
            if (getSamples < SAMPLES) {
                getNs[getSamples++] = tookNs;
            }
        }
    }

    @Override
    public void onFailure(long correlation, QuernException cause) {
        int slot = (int) correlation;
        giveBack(slot);
        if (isCall[slot] && cause instanceof QuernException.Busy) {
            shed(slot);
            return;
        }
        throw cause;
    }

    private void shed(int slot) {
        sheds++;
        hotSheds += owner[slot] == hotTenant ? 1 : 0;
    }
}
