package dev.quern.bench.peers;

import dev.quern.bench.load.ClosedLoop;
import dev.quern.client.Pipeline;
import dev.quern.client.PipelineHandler;
import dev.quern.client.QuernClient;
import dev.quern.client.QuernException;
import dev.quern.client.Reply;
import java.util.List;
import java.util.SplittableRandom;

/**
 * What the native client does in a closed loop: an operation a slot, on uniformly chosen keys, each answer checked. One thread: the
 * client's.
 */
abstract class NativeOperations implements ClosedLoop.Operations, PipelineHandler {
    /** The same keys in every run. */
    private static final long SEED = 20_261_121;

    private final SplittableRandom random = new SplittableRandom(SEED);
    private final List<QuernClient> clients;
    private final Pipeline[] pipelines;
    private final ClosedLoop loop;
    private final int keys;
    private final int[] refused;
    private int refusedCount;
    private final int[] retried;

    /** The index of the key that a slot's operation started from. */
    final int[] startIndex;

    NativeOperations(List<QuernClient> clients, ClosedLoop loop, int inFlight, int keys) {
        this.clients = clients;
        this.keys = keys;
        this.loop = loop;
        this.pipelines = clients.stream()
                .map(client -> client.pipeline(client.table(QuernSetup.TABLE), this))
                .toArray(Pipeline[]::new);
        this.startIndex = new int[inFlight];
        this.refused = new int[inFlight];
        this.retried = new int[inFlight];
    }

    /** Where a slot's requests go: the slots are spread over the sessions. */
    final Pipeline pipeline(int slot) {
        return pipelines[slot % pipelines.length];
    }

    /** Sends the slot's next request; false when there is no room for it now. */
    abstract boolean send(int slot);

    /** Takes an answer, or throws {@link #wrong}; returns whether the operation is at its end. Otherwise it is sent on. */
    abstract boolean receive(int slot, Reply reply);

    /** Prepares a slot for a new operation from {@code startIndex[slot]}. */
    abstract void begin(int slot);

    @Override
    public final void start(int slot) {
        startIndex[slot] = random.nextInt(keys);
        begin(slot);
        sendOrWait(slot);
    }

    private void sendOrWait(int slot) {
        if (!send(slot)) {
            refused[refusedCount++] = slot;
        }
    }

    @Override
    public final int poll() {
        if (refusedCount > 0) {
            int count = refusedCount;
            refusedCount = 0;
            System.arraycopy(refused, 0, retried, 0, count);
            for (int i = 0; i < count; i++) {
                sendOrWait(retried[i]);
            }
        }
        int work = 0;
        for (QuernClient client : clients) {
            work += client.poll();
        }
        return work;
    }

    @Override
    public final void onReply(long correlation, Reply reply) {
        int slot = (int) correlation;
        if (!reply.ok()) {
            loop.fail(slot, new IllegalStateException("answered: " + reply.error()));
            return;
        }
        boolean done;
        try {
            done = receive(slot, reply);
        } catch (RuntimeException e) {
            loop.fail(slot, e);
            return;
        }
        if (done) {
            loop.complete(slot);
        } else {
            sendOrWait(slot);
        }
    }

    @Override
    public final void onFailure(long correlation, QuernException cause) {
        loop.fail((int) correlation, cause);
    }

    /** What a slot's operation got that it should not have. */
    static IllegalStateException wrong(String what, int index) {
        return new IllegalStateException("wrong answer: " + what + ", startIndex=" + index);
    }
}
