package dev.quern.client;

import dev.quern.protocol.Opcode;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A request of the asynchronous face: what to send, and whose future its answer completes. */
final class Request<T> implements Completion, Waiting {
    /** Writes a body of the length that was announced. */
    interface Encoder {
        void write(MemorySegment memory, long body);
    }

    /** Reads an answer, or throws what it means. */
    interface Decoder<T> {
        @Nullable
        T read(Reply reply);
    }

    /** Any core will do: the loop takes them in turn. */
    static final int ROUTE_ANY = -1;

    final CompletableFuture<T> future = new CompletableFuture<>();
    final int opcode;
    final boolean replayable;
    final TableHandle table;
    final int bodyLength;
    final int route;
    final long deadlineNs;
    private final Encoder encoder;
    private final Decoder<T> decoder;
    private @Nullable Runnable onEnd;

    Request(
            int opcode,
            boolean replayable,
            TableHandle table,
            int route,
            long timeoutNs,
            int bodyLength,
            Encoder encoder,
            Decoder<T> decoder) {
        this.opcode = opcode;
        this.replayable = replayable;
        this.table = table;
        this.route = route;
        this.bodyLength = bodyLength;
        this.encoder = encoder;
        this.decoder = decoder;
        deadlineNs = System.nanoTime() + timeoutNs;
    }

    /** Called once, before the future completes. */
    void onEnd(Runnable action) {
        onEnd = action;
    }

    @Override
    public int opcode() {
        return opcode;
    }

    @Override
    public long deadlineNs() {
        return deadlineNs;
    }

    @Override
    public Completion completion() {
        return this;
    }

    @Override
    public long correlation() {
        return 0;
    }

    void write(MemorySegment memory, long body) {
        encoder.write(memory, body);
    }

    @Override
    public boolean tryStart(Session session) {
        if (!session.begin(opcode, replayable, table, bodyLength, deadlineNs, this, 0)) {
            return false;
        }
        encoder.write(session.bodyMemory(), session.body());
        session.commit();
        return true;
    }

    @Override
    @SuppressWarnings("NullAway") // a future of a nullable result may complete with null
    public void complete(long correlation, Reply reply) {
        T result;
        try {
            result = decoder.read(reply);
        } catch (QuernException e) {
            fail(correlation, e);
            return;
        }
        end();
        future.complete(result);
    }

    @Override
    public void fail(long correlation, QuernException cause) {
        end();
        future.completeExceptionally(cause);
    }

    private void end() {
        Runnable action = onEnd;
        if (action != null) {
            action.run();
        }
    }

    @Override
    public String toString() {
        return Opcode.name(opcode);
    }
}
