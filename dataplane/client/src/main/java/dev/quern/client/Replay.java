package dev.quern.client;

import dev.quern.protocol.MessageLayout;
import dev.quern.protocol.Wire;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/** A request that was outstanding when its session ended, and may be done by the next: a read, or what the server was too busy for. */
final class Replay implements Waiting {
    private final int opcode;
    private final boolean replayable;
    private final TableHandle table;
    private final MemorySegment body;
    private final long deadlineNs;
    private final Completion completion;
    private final long correlation;

    Replay(Slot slot) {
        opcode = slot.opcode;
        replayable = slot.replayable;
        table = slot.table;
        deadlineNs = slot.deadlineNs;
        correlation = slot.correlation;
        completion = Objects.requireNonNull(slot.completion);
        body = slot.upload != null
                ? slot.upload.body()
                : MemorySegment.ofArray(Wire.bytes(
                        slot.memory,
                        slot.message + MessageLayout.HEADER_BYTES,
                        slot.length - MessageLayout.HEADER_BYTES));
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
        return completion;
    }

    @Override
    public long correlation() {
        return correlation;
    }

    @Override
    public boolean tryStart(Session session) {
        int length = (int) body.byteSize();
        if (!session.begin(opcode, replayable, table, length, deadlineNs, completion, correlation)) {
            return false;
        }
        Wire.copy(body, 0, session.bodyMemory(), session.body(), length);
        session.commit();
        return true;
    }
}
