package dev.quern.bench.functions;

import dev.quern.bench.load.ClosedLoop;
import dev.quern.client.FunctionCall;
import dev.quern.client.Pipeline;
import dev.quern.client.PipelineHandler;
import dev.quern.client.QuernClient;
import dev.quern.client.QuernException;
import dev.quern.client.Reply;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Calls of one function over the native protocol, from keys drawn at random; every reply is checked. Calls are made by clients drawn at
 * random, or each by its own when there are as many clients as calls under way. One thread: the clients'.
 */
final class ServedCalls implements ClosedLoop.Operations, PipelineHandler {
    /** The same tenants and keys in every run. */
    private static final long SEED = 20_261_121;

    private static final VarHandle WORD = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final ValueLayout.OfLong VALUE_WORD =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** Where the first argument's bytes begin: after the count and its length. */
    private static final int FIRST_ARGUMENT = 2 * Integer.BYTES;

    private final List<QuernClient> clients;
    private final Pipeline[] pipelines;
    private final ClosedLoop loop;
    private final byte[] function;
    private final int records;
    private final int hops;
    private final byte[] arguments;
    private final SplittableRandom random = new SplittableRandom(SEED);
    private final int[] callers;
    private final int[] starts;
    private final boolean[] waiting;

    /**
     * @param clients each a session of a tenant's
     * @param function {@code lookup} by some runtime, over what {@link Caller#fill} puts
     * @param records of each tenant
     */
    ServedCalls(List<QuernClient> clients, ClosedLoop loop, int inFlight, String function, int records, int hops) {
        this.clients = clients;
        this.loop = loop;
        this.function = function.getBytes(StandardCharsets.UTF_8);
        this.records = records;
        this.hops = hops;
        pipelines = clients.stream()
                .map(client -> client.pipeline(client.table(), this))
                .toArray(Pipeline[]::new);
        arguments = FunctionCall.encodeArguments(new byte[Caller.KEY_LENGTH], Caller.number(hops));
        callers = new int[inFlight];
        starts = new int[inFlight];
        waiting = new boolean[inFlight];
    }

    @Override
    public void start(int slot) {
        callers[slot] = pipelines.length == callers.length ? slot : random.nextInt(pipelines.length);
        starts[slot] = random.nextInt(records);
        send(slot);
    }

    private void send(int slot) {
        WORD.set(arguments, FIRST_ARGUMENT, (long) starts[slot]);
        waiting[slot] = !pipelines[callers[slot]].invoke(function, true, arguments, 0, arguments.length, slot);
    }

    /** Only the clients that a call is under way of, as each look at a socket costs a call of the system. */
    @Override
    public int poll() {
        int work = 0;
        for (int slot = 0; slot < callers.length; slot++) {
            if (waiting[slot]) {
                send(slot);
            }
            work += clients.get(callers[slot]).poll();
        }
        return work;
    }

    @Override
    public void onReply(long correlation, Reply reply) {
        int slot = (int) correlation;
        if (!reply.ok()) {
            loop.fail(slot, new IllegalStateException("answered: " + reply.error()));
        } else if (!isRight(slot, reply)) {
            loop.fail(slot, new IllegalStateException("wrong answer: startIndex=" + starts[slot]));
        } else {
            loop.complete(slot);
        }
    }

    private boolean isRight(int slot, Reply reply) {
        return reply.valueLength() == Caller.VALUE_LENGTH
                && reply.memory().get(VALUE_WORD, reply.valueOffset()) == Caller.after(starts[slot], hops, records);
    }

    @Override
    public void onFailure(long correlation, QuernException cause) {
        loop.fail((int) correlation, cause);
    }
}
