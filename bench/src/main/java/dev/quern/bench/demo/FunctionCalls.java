package dev.quern.bench.demo;

import dev.quern.client.QuernClient;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.CompletableFuture;

/** The answer worked out by a function where the records are: one round trip, however many hops. */
final class FunctionCalls implements ReachQuery {
    /** The function's name, and its entries'. */
    static final String GRAPH = "graph";

    static final String REACH = GRAPH + ".reach";
    static final String MOST = GRAPH + ".most";

    private final QuernClient client;

    FunctionCalls(QuernClient client) {
        this.client = client;
    }

    @Override
    public CompletableFuture<ReachAnswer> ask(int start, int hops) {
        return client.call(REACH)
                .readOnly()
                .arguments(number(start), number(hops))
                .send()
                .thenApply(result -> read(result.reply()));
    }

    private static ReachAnswer read(byte[] reply) {
        ByteBuffer fields = ByteBuffer.wrap(reply).order(ByteOrder.LITTLE_ENDIAN);
        return new ReachAnswer(fields.getInt(), fields.getInt(), fields.getInt());
    }

    /** An argument: four bytes. */
    static byte[] number(int value) {
        byte[] bytes = new byte[Integer.BYTES];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(value);
        return bytes;
    }
}
