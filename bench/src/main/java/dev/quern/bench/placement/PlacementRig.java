package dev.quern.bench.placement;

import dev.quern.bench.BenchFailedException;
import dev.quern.bench.Compilers;
import dev.quern.client.ClientConfig;
import dev.quern.client.FunctionCall;
import dev.quern.client.FunctionResult;
import dev.quern.client.FunctionSpec;
import dev.quern.client.QuernClient;
import dev.quern.pushback.LocalFunctions;
import dev.quern.server.Pushback;
import dev.quern.server.Quern;
import dev.quern.server.Server;
import dev.quern.server.ServerConfig;
import dev.quern.server.loop.Counter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/** A server for each choice, one of which is used at a time, each with a client that can run functions. Thread: one. */
final class PlacementRig implements AutoCloseable {
    /** Enough to keep both places at work. */
    static final int OUTSTANDING = 8;

    private static final int RECORDS = 10_000;
    private static final long WAIT_SECONDS = 30;
    private static final long NS_PER_MS = 1_000_000;

    /** What goes by before calls are counted: loops that slept are awake then, and all calls are under way. */
    private static final long LEAD_MS = 8;

    private static final long WARM_MS = 150;

    /** Reads, rounds of work, and rounds of the neighbour's. */
    private static final int[][] WARM_LOADS = {{1, 0, 0}, {16, 0, 0}, {4, 2_000, 0}, {2, 50_000, 50_000}};

    /** What came out of one measurement. */
    record Rate(double callsPerSecond, double pushedShare) {}

    private static final class Place implements AutoCloseable {
        final Server server;
        final LocalFunctions functions;
        final QuernClient client;
        final Neighbour neighbour;

        Place(Pushback pushback, byte[] module) throws IOException {
            server = Quern.start(ServerConfig.builder()
                    .cores(1)
                    .udp("127.0.0.1:0")
                    .resp("off")
                    .functions(settings -> settings.pushback(pushback).runtime("chicory"))
                    // Three threads share two processors: one that stays awake without work takes it from another.
                    .idle(settings -> settings.spins(0).yields(0))
                    .tenant("bench", "")
                    .tenant(Neighbour.TENANT, "")
                    .build());
            // The client that is to run all calls offers all of them; one that may choose offers what it can take.
            functions = pushback == Pushback.ALWAYS ? LocalFunctions.open(1, OUTSTANDING) : LocalFunctions.open(1);
            client = QuernClient.connect(ClientConfig.builder()
                    .address(server.udpAddress())
                    .tenant("bench")
                    .requestTimeout(Duration.ofSeconds(WAIT_SECONDS))
                    .idleSpins(0)
                    .functionRunner(functions)
                    .build());
            client.await(
                    client.functions().deploy(FunctionSpec.of("chase", module).timeLimit(Duration.ofSeconds(10))));
            CompletableFuture<?>[] puts = new CompletableFuture<?>[RECORDS];
            for (int i = 0; i < RECORDS; i++) {
                // A chain through all of them; the rest of a value is only carried.
                puts[i] = client.table().put(key(i), value((i + 7919) % RECORDS));
            }
            CompletableFuture.allOf(puts).join();
            neighbour = new Neighbour(server.udpAddress(), module, key(0), value(0));
        }

        @Override
        public void close() {
            neighbour.close();
            client.close();
            functions.close();
            server.close();
        }
    }

    private final Map<Pushback, Place> places = new EnumMap<>(Pushback.class);

    PlacementRig() throws IOException {
        byte[] module;
        try (InputStream resource = PlacementRig.class.getResourceAsStream("/dev/quern/bench/functions/chase.wasm")) {
            if (resource == null) {
                throw new BenchFailedException("no function chase: run scripts/build-guests");
            }
            module = resource.readAllBytes();
        }
        for (Pushback pushback : Pushback.values()) {
            places.put(pushback, new Place(pushback, module));
        }
    }

    private static byte[] key(int number) {
        return String.format(Locale.ROOT, "%016d", number).getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] value(int next) {
        return ByteBuffer.allocate(100).put(key(next)).array();
    }

    private static byte[] number(int number) {
        return ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(number)
                .array();
    }

    private Place place(Pushback pushback) {
        Place place = places.get(pushback);
        if (place == null) {
            throw new IllegalStateException(pushback + " has no server");
        }
        return place;
    }

    /**
     * Has the code of all places compiled: as often as it takes for the compilers to come to rest, of whose processors clients and servers
     * have need, but no longer than so long.
     */
    void warm(long msMax) throws Exception {
        Compilers.of().warm(Duration.ofMillis(msMax), () -> {
            for (Pushback pushback : Pushback.values()) {
                for (int[] load : WARM_LOADS) {
                    Rate ignored = measure(pushback, load[0], load[1], load[2], WARM_MS);
                }
            }
        });
    }

    /** How many rounds of work the function does in a microsecond at the server, by one call after the other. */
    double roundsPerUs() {
        QuernClient client = place(Pushback.NEVER).client;
        int rounds = 2_000_000;
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            long startNs = System.nanoTime();
            FunctionResult ignored = client.await(call(client, 0, 1, rounds).send());
            least = Math.min(least, System.nanoTime() - startNs);
        }
        return rounds / (least / 1e3);
    }

    private static FunctionCall call(QuernClient client, int first, int reads, int rounds) {
        return client.call("chase").arguments(key(first), number(reads), number(rounds));
    }

    /**
     * Keeps so many calls outstanding for a while, and counts those that end within it.
     *
     * @param neighbourRounds of work in each call of another tenant, which keeps some outstanding meanwhile; 0 for no such tenant
     */
    Rate measure(Pushback pushback, int reads, int rounds, int neighbourRounds, long ms) throws InterruptedException {
        Place place = place(pushback);
        place.neighbour.begin(neighbourRounds);
        try {
            return measure(place, reads, rounds, ms);
        } finally {
            place.neighbour.end();
        }
    }

    private static Rate measure(Place place, int reads, int rounds, long ms) throws InterruptedException {
        Semaphore outstanding = new Semaphore(OUTSTANDING);
        AtomicLong ended = new AtomicLong();
        AtomicReference<Throwable> failed = new AtomicReference<>();
        long startNs = System.nanoTime() + LEAD_MS * NS_PER_MS;
        long endNs = startNs + ms * NS_PER_MS;
        boolean counts = false;
        long endedBefore = 0;
        long pushedBefore = 0;
        int first = 0;
        for (long nowNs = System.nanoTime(); nowNs - endNs < 0 && failed.get() == null; nowNs = System.nanoTime()) {
            if (!counts && nowNs - startNs >= 0) {
                counts = true;
                startNs = nowNs;
                endedBefore = ended.get();
                pushedBefore = pushed(place);
            }
            if (!outstanding.tryAcquire(WAIT_SECONDS, TimeUnit.SECONDS)) {
                throw new BenchFailedException("no call ended within " + WAIT_SECONDS + " s");
            }
            first = (first + 1) % RECORDS;
            CompletableFuture<FunctionResult> ignored = call(place.client, first, reads, rounds)
                    .send()
                    .whenComplete((result, failure) -> {
                        if (failure != null) {
                            failed.set(failure);
                        } else {
                            ended.incrementAndGet();
                        }
                        outstanding.release();
                    });
        }
        long counted = ended.get() - endedBefore;
        long sentBack = pushed(place) - pushedBefore;
        long tookNs = System.nanoTime() - startNs;
        if (!outstanding.tryAcquire(OUTSTANDING, WAIT_SECONDS, TimeUnit.SECONDS)) {
            throw new BenchFailedException("calls did not end within " + WAIT_SECONDS + " s");
        }
        if (failed.get() != null) {
            throw new BenchFailedException("a call failed", failed.get());
        }
        return new Rate(counted * 1e9 / tookNs, Math.min(1.0, sentBack / (double) Math.max(1, counted)));
    }

    private static long pushed(Place place) {
        return place.server.counters().get(Counter.INVOCATIONS_PUSHED_BACK);
    }

    @Override
    public void close() {
        places.values().forEach(Place::close);
    }
}
