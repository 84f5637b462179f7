package dev.quern.bench.isolation;

import dev.quern.bench.BenchFailedException;
import dev.quern.client.ClientConfig;
import dev.quern.client.FunctionCall;
import dev.quern.client.FunctionSpec;
import dev.quern.client.Pipeline;
import dev.quern.client.PipelineHandler;
import dev.quern.client.QuernClient;
import dev.quern.client.QuernException;
import dev.quern.client.Reply;
import dev.quern.protocol.Status;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.function.Function;

/** Quern, by two clients of its own that this thread polls. */
final class QuernSubject implements Subject {
    /**
     * Turns a number over as often as its argument says, an i32.
     *
     * <pre>
     * (module
     *   (import "env" "memory" (memory 1))
     *   (import "quern" "arg" (func $arg (param i32 i32 i32) (result i32)))
     *   (func (export "run") (result i32) (local $left i32) (local $x i64)
     *     (drop (call $arg (i32.const 0) (i32.const 64) (i32.const 4)))
     *     (local.set $left (i32.load (i32.const 64)))
     *     (local.set $x (i64.const 88172645463325252))
     *     (loop $again
     *       (local.set $x (i64.xor (local.get $x) (i64.shl (local.get $x) (i64.const 13))))
     *       (local.set $x (i64.xor (local.get $x) (i64.shr_u (local.get $x) (i64.const 7))))
     *       (local.set $x (i64.xor (local.get $x) (i64.shl (local.get $x) (i64.const 17))))
     *       (br_if $again (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
     *     (i32.eqz (i32.wrap_i64 (i64.or (local.get $x) (i64.const 1))))))
     * </pre>
     */
    private static final byte[] SPIN = Base64.getDecoder()
            .decode(
                    "AGFzbQEAAAABDAJgA39/fwF/YAABfwIbAgNlbnYGbWVtb3J5AgABBXF1ZXJuA2FyZwAAAwIBAQcHAQNydW4AAQpXAVUCAX8BfkEA"
                            + "QcAAQQQQABpBwAAoAgAhAELE9P3d3JHQnAEhAQNAIAEgAUINhoUhASABIAFCB4iFIQEgASABQhGGhSEBIABBAWsiAA0ACyABQgGE"
                            + "p0UL");

    private static final byte[] NAME = "spin".getBytes(StandardCharsets.UTF_8);
    private static final byte[] KEY = "sixteen bytes: k".getBytes(StandardCharsets.UTF_8);
    private static final byte[] VALUE = new byte[100];
    private static final Duration TIME_MAX = Duration.ofSeconds(10);

    private final QuernClient reader;
    private final QuernClient caller;
    private final Pipeline reads;
    private final Pipeline calls;
    private Subject.Listener listening = IGNORING;

    static final Subject.Listener IGNORING = new Subject.Listener() {
        @Override
        public void onRead(int slot) {}

        @Override
        public void onCall() {}
    };

    /** @param connect makes a client of a configuration begun */
    QuernSubject(Function<ClientConfig.Builder, QuernClient> connect) {
        reader = connect.apply(config());
        caller = connect.apply(config());
        reader.await(reader.table().put(KEY, VALUE));
        caller.await(caller.functions().replace(FunctionSpec.of("spin", SPIN).timeLimit(TIME_MAX)));
        reads = reader.pipeline(reader.table(), handler(true));
        calls = caller.pipeline(caller.table(), handler(false));
    }

    private static ClientConfig.Builder config() {
        return ClientConfig.builder().threading(ClientConfig.Threading.INVOKER).requestTimeout(TIME_MAX);
    }

    private PipelineHandler handler(boolean isRead) {
        return new PipelineHandler() {
            @Override
            public void onReply(long slot, Reply reply) {
                if (reply.status() != Status.OK || (isRead && reply.valueLength() != VALUE.length)) {
                    throw new BenchFailedException("a wrong answer: status=" + reply.status());
                }
                if (isRead) {
                    listening.onRead((int) slot);
                } else {
                    listening.onCall();
                }
            }

            @Override
            public void onFailure(long slot, QuernException cause) {
                throw new BenchFailedException("no answer", cause);
            }
        };
    }

    @Override
    public boolean read(int slot) {
        return reads.get(KEY, slot);
    }

    @Override
    public boolean call(int iterations) {
        byte[] argument = {
            (byte) iterations, (byte) (iterations >> 8), (byte) (iterations >> 16), (byte) (iterations >> 24)
        };
        byte[] list = FunctionCall.encodeArguments(argument);
        return calls.invoke(NAME, false, list, 0, list.length, 0);
    }

    @Override
    public void poll(Listener listener) {
        listening = listener;
        reader.poll();
        caller.poll();
    }

    @Override
    public void close() {
        reader.close();
        caller.close();
    }
}
