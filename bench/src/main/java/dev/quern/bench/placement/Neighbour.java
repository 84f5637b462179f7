package dev.quern.bench.placement;

import dev.quern.bench.BenchFailedException;
import dev.quern.client.ClientConfig;
import dev.quern.client.FunctionResult;
import dev.quern.client.FunctionSpec;
import dev.quern.client.QuernClient;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Another tenant of a server, which keeps its core busy with calls that only compute, and whose client runs none itself. It sends the next
 * call when one was answered, by its client's own thread, which sleeps in between. Thread: one.
 */
final class Neighbour implements AutoCloseable {
    static final String TENANT = "neighbour";

    /** Half of what the tenant that is measured keeps outstanding. */
    private static final int OUTSTANDING = PlacementRig.OUTSTANDING / 2;

    private static final long WAIT_SECONDS = 30;

    private final QuernClient client;
    private final byte[] key;
    private final Semaphore idle = new Semaphore(OUTSTANDING);
    private final AtomicReference<Throwable> failed = new AtomicReference<>();
    private volatile int rounds;

    Neighbour(InetSocketAddress server, byte[] module, byte[] key, byte[] value) {
        this.key = key;
        client = QuernClient.connect(ClientConfig.builder()
                .address(server)
                .tenant(TENANT)
                .requestTimeout(Duration.ofSeconds(WAIT_SECONDS))
                .idleSpins(0)
                .build());
        client.await(client.functions().deploy(FunctionSpec.of("chase", module).timeLimit(Duration.ofSeconds(10))));
        client.await(client.table().put(key, value));
    }

    /** From now on calls of so many rounds of work each are outstanding; none when that is 0. */
    void begin(int newRounds) {
        rounds = newRounds;
        for (int i = 0; newRounds > 0 && i < OUTSTANDING; i++) {
            if (!idle.tryAcquire()) {
                throw new IllegalStateException("calls are under way that were begun before");
            }
            send(newRounds);
        }
    }

    private void send(int itsRounds) {
        CompletableFuture<FunctionResult> ignored = client.invoke("chase", key, number(1), number(itsRounds))
                .whenComplete((result, failure) -> {
                    int next = rounds;
                    if (next > 0 && failure == null) {
                        send(next);
                        return;
                    }
                    if (failure != null) {
                        failed.set(failure);
                    }
                    idle.release();
                });
    }

    private static byte[] number(int number) {
        return ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(number)
                .array();
    }

    /** Waits until all are answered. */
    void end() throws InterruptedException {
        rounds = 0;
        if (!idle.tryAcquire(OUTSTANDING, WAIT_SECONDS, TimeUnit.SECONDS)) {
            throw new BenchFailedException("a neighbour's calls did not end within " + WAIT_SECONDS + " s");
        }
        idle.release(OUTSTANDING);
        Throwable failure = failed.get();
        if (failure != null) {
            throw new BenchFailedException("a neighbour's call failed", failure);
        }
    }

    @Override
    public void close() {
        rounds = 0;
        client.close();
    }
}
