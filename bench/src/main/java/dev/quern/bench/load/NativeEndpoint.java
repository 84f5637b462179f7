package dev.quern.bench.load;

import dev.quern.bench.workload.Answer;
import dev.quern.bench.workload.Endpoint;
import dev.quern.bench.workload.StoredFunction;
import dev.quern.client.OutcomeVisitor;
import dev.quern.client.Pipeline;
import dev.quern.client.PipelineHandler;
import dev.quern.client.QuernClient;
import dev.quern.client.QuernException;
import dev.quern.client.Reply;
import dev.quern.protocol.Opcode;
import dev.quern.protocol.ScanReplyLayout;
import dev.quern.protocol.Status;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** Quern by its own protocol, over whatever carries it: one session or several, by turns of the slots. */
final class NativeEndpoint implements Endpoint, PipelineHandler {
    private final String description;
    private final List<QuernClient> clients;
    private final Pipeline[] pipelines;
    private final Listener listener;
    private final Answer answer = new Answer();
    private final OutcomeVisitor countGood = this::countGood;
    private int good;

    /**
     * @param clients whose thread is the caller's; closed with this
     * @param table by name; the default one when empty
     * @param isOrdered whether the table's records are in the order of their keys
     */
    NativeEndpoint(String description, List<QuernClient> clients, String table, boolean isOrdered, Listener listener) {
        this.description = description;
        this.clients = clients;
        this.listener = listener;
        pipelines = clients.stream()
                .map(client -> client.pipeline(
                        table.isEmpty() ? client.table() : isOrdered ? client.orderedTable(table) : client.table(table),
                        this))
                .toArray(Pipeline[]::new);
    }

    private Pipeline pipeline(int slot) {
        return pipelines.length == 1 ? pipelines[0] : pipelines[slot % pipelines.length];
    }

    @Override
    public boolean get(byte[] key, int keyLength, int slot) {
        return pipeline(slot).get(key, 0, keyLength, slot);
    }

    @Override
    public boolean put(byte[] key, int keyLength, byte[] value, int valueLength, int slot) {
        return pipeline(slot).put(key, 0, keyLength, value, 0, valueLength, slot);
    }

    @Override
    public boolean scan(byte[] key, int keyLength, int records, int slot) {
        return pipeline(slot).range(key, 0, keyLength, records, slot);
    }

    @Override
    public boolean call(byte[] function, boolean isReadOnly, byte[] arguments, int argumentsLength, int slot) {
        return pipeline(slot).invoke(function, isReadOnly, arguments, 0, argumentsLength, slot);
    }

    @Override
    public boolean callAll(byte[] function, boolean isReadOnly, byte[][] arguments, int slot) {
        return pipeline(slot).invokeAll(function, isReadOnly, arguments, 0, arguments.length, slot);
    }

    @Override
    public int poll() {
        int work = 0;
        for (int i = 0; i < clients.size(); i++) {
            work += clients.get(i).poll();
        }
        return work;
    }

    @Override
    public void onReply(long correlation, Reply reply) {
        int slot = (int) correlation;
        if (reply.ok()) {
            listener.onAnswer(slot, read(reply));
        } else if (reply.status() == Status.NOT_FOUND
                || reply.status() == Status.FUNCTION_FAILED && reply.resultCode() == StoredFunction.NOT_FOUND) {
            listener.onAnswer(slot, answer.missing());
        } else {
            listener.onFailure(
                    slot,
                    new IllegalStateException(Opcode.name(reply.opcode()) + " was answered: "
                            + (reply.status() == Status.FUNCTION_FAILED
                                    ? "the function returned " + reply.resultCode()
                                    : reply.error())));
        }
    }

    private Answer read(Reply reply) {
        return switch (reply.opcode()) {
            case Opcode.GET, Opcode.INVOKE -> answer.value(reply.memory(), reply.valueOffset(), reply.valueLength());
            case Opcode.INVOKE_ALL -> {
                good = 0;
                int ignored = reply.outcomes(countGood);
                yield answer.value(reply.memory(), reply.valueOffset(), good);
            }
            case Opcode.RANGE ->
                answer.value(
                        reply.memory(),
                        reply.valueOffset(),
                        ScanReplyLayout.count(reply.memory(), reply.valueOffset()));
            default -> answer.done();
        };
    }

    private void countGood(int index, int status, int result, MemorySegment memory, long offset, int length) {
        if (status == Status.OK) {
            good++;
        }
    }

    @Override
    public void onFailure(long correlation, QuernException cause) {
        listener.onFailure((int) correlation, cause);
    }

    @Override
    public String describe() {
        return description;
    }

    @Override
    public void close() {
        clients.forEach(QuernClient::close);
    }
}
