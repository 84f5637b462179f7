package dev.quern.bench.isolation;

import dev.quern.bench.BenchFailedException;
import dev.quern.client.FunctionCall;
import dev.quern.client.Pipeline;
import dev.quern.client.PipelineHandler;
import dev.quern.client.QuernClient;
import dev.quern.client.QuernException;
import dev.quern.client.Reply;
import dev.quern.protocol.Status;
import java.nio.charset.StandardCharsets;

/** Two tenants of one core: one that reads a record, and one whose function means harm. Used by one thread. */
final class HostileSubject implements Subject {
    private static final byte[] KEY = "sixteen bytes: k".getBytes(StandardCharsets.UTF_8);
    private static final byte[] VALUE = new byte[100];

    private final QuernClient reader;
    private final QuernClient attacker;
    private final Pipeline reads;
    private final Pipeline calls;
    private final byte[] noArguments = FunctionCall.encodeArguments();
    private byte[] function = {};
    private Subject.Listener listening = QuernSubject.IGNORING;
    private int lastStatus;

    /** Both clients are of threading {@code INVOKER}, and are closed with this. */
    HostileSubject(QuernClient reader, QuernClient attacker) {
        this.reader = reader;
        this.attacker = attacker;
        reader.await(reader.table().put(KEY, VALUE));
        reads = reader.pipeline(reader.table(), new PipelineHandler() {
            @Override
            public void onReply(long slot, Reply reply) {
                if (reply.status() != Status.OK || reply.valueLength() != VALUE.length) {
                    throw new BenchFailedException("a wrong answer to another tenant: status=" + reply.status());
                }
                listening.onRead((int) slot);
            }

            @Override
            public void onFailure(long slot, QuernException cause) {
                throw new BenchFailedException("no answer to another tenant", cause);
            }
        });
        calls = attacker.pipeline(attacker.table(), new PipelineHandler() {
            @Override
            public void onReply(long slot, Reply reply) {
                lastStatus = reply.status();
                listening.onCall();
            }

            @Override
            public void onFailure(long slot, QuernException cause) {
                throw new BenchFailedException("a call was never answered", cause);
            }
        });
    }

    /** Calls this one from now on. */
    void attackBy(String name) {
        function = name.getBytes(StandardCharsets.UTF_8);
    }

    /** How the last call ended. */
    int lastStatus() {
        return lastStatus;
    }

    @Override
    public boolean read(int slot) {
        return reads.get(KEY, slot);
    }

    @Override
    public boolean call(int iterations) {
        return calls.invoke(function, false, noArguments, 0, noArguments.length, 0);
    }

    @Override
    public void poll(Listener listener) {
        listening = listener;
        reader.poll();
        attacker.poll();
    }

    @Override
    public void close() {
        reader.close();
        attacker.close();
    }
}
