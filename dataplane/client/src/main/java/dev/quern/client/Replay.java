package dev.quern.client;

import dev.quern.protocol.MessageLayout;
import dev.quern.protocol.Wire;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/** A read that was outstanding when its session ended, on its way to the next session. */
final class Replay implements Waiting {
    private final int opcode;
    private final TableHandle table;
    private final MemorySegment body;
    private final long deadlineNs;
    private final Completion completion;
    private final long correlation;

    Replay(Slot slot) {
        opcode = slot.opcode;
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
        if (!session.begin(opcode, true, table, length, deadlineNs, completion, correlation)) {
            return false;
        }
        Wire.copy(body, 0, session.bodyMemory(), session.body(), length);
        session.commit();
        return true;
    }
}
