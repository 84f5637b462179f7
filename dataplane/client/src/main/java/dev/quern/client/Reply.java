package dev.quern.client;

import dev.quern.protocol.IncrementReplyLayout;
import dev.quern.protocol.InvokeAllEntryLayout;
import dev.quern.protocol.InvokeAllReplyLayout;
import dev.quern.protocol.InvokeReplyLayout;
import dev.quern.protocol.MultiGetEntryLayout;
import dev.quern.protocol.MultiGetReplyLayout;
import dev.quern.protocol.Opcode;
import dev.quern.protocol.Status;
import dev.quern.protocol.TimeToLiveReplyLayout;
import dev.quern.protocol.ValueReplyLayout;
import dev.quern.protocol.Wire;
import dev.quern.protocol.WrittenReplyLayout;
import java.lang.foreign.MemorySegment;

/**
 * A server's answer where it lies in the receive buffer: good only until the callback that it was passed to returns, and only on that
 * thread. It has been checked against its opcode. Allocates only where a method returns an array or text.
 */
public final class Reply {
    private int opcode;
    private int status;
    private MemorySegment memory = MemorySegment.NULL;
    private long body;
    private int length;

    Reply() {}

    Reply wrap(int opcode, int status, MemorySegment memory, long body, int length) {
        this.opcode = opcode;
        this.status = status;
        this.memory = memory;
        this.body = body;
        this.length = length;
        return this;
    }

    /** What was asked: a code from {@link Opcode}. */
    public int opcode() {
        return opcode;
    }

    /** A code from {@link Status}. */
    public int status() {
        return status;
    }

    public boolean ok() {
        return status == Status.OK;
    }

    /** The record's version, of a good answer to get, put, compare-and-set or increment. */
    public long version() {
        return switch (opcode) {
            case Opcode.GET -> ValueReplyLayout.version(memory, good());
            case Opcode.INCREMENT -> IncrementReplyLayout.version(memory, good());
            case Opcode.PUT, Opcode.COMPARE_AND_SET -> WrittenReplyLayout.version(memory, good());
            default -> throw new IllegalStateException(Opcode.name(opcode) + " has no version");
        };
    }

    /** The number after an increment, or the milliseconds of a time to live. */
    public long number() {
        return switch (opcode) {
            case Opcode.INCREMENT -> IncrementReplyLayout.value(memory, good());
            case Opcode.TIME_TO_LIVE -> TimeToLiveReplyLayout.ttlMs(memory, good());
            default -> throw new IllegalStateException(Opcode.name(opcode) + " has no number");
        };
    }

    /**
     * Goes through the records of a good answer to {@link Pipeline#getAll}, in the order of its keys.
     *
     * @return how many there were, absent ones included
     */
    public int values(ValueVisitor visitor) {
        if (opcode != Opcode.MULTI_GET) {
            throw new IllegalStateException(Opcode.name(opcode) + " has no values");
        }
        int count = MultiGetReplyLayout.count(memory, good());
        long at = body + MultiGetReplyLayout.ENTRIES_OFFSET;
        for (int i = 0; i < count; i++) {
            int valueLength = MultiGetEntryLayout.valueLength(memory, at);
            long value = at + MultiGetEntryLayout.VALUE_OFFSET;
            visitor.onValue(i, MultiGetEntryLayout.version(memory, at), memory, value, valueLength);
            at = value + Math.max(valueLength, 0);
        }
        return count;
    }

    /**
     * Goes through what came of the calls of a good answer to {@link Pipeline#invokeAll}, in their order.
     *
     * @return how many there were
     */
    public int outcomes(OutcomeVisitor visitor) {
        if (opcode != Opcode.INVOKE_ALL) {
            throw new IllegalStateException(Opcode.name(opcode) + " has no outcomes of calls");
        }
        int count = InvokeAllReplyLayout.count(memory, good());
        long at = body + InvokeAllReplyLayout.ENTRIES_OFFSET;
        for (int i = 0; i < count; i++) {
            int replyLength = InvokeAllEntryLayout.replyLength(memory, at);
            long reply = at + InvokeAllEntryLayout.REPLY_OFFSET;
            visitor.onOutcome(
                    i,
                    InvokeAllEntryLayout.status(memory, at),
                    InvokeAllEntryLayout.result(memory, at),
                    memory,
                    reply,
                    replyLength);
            at = reply + replyLength;
        }
        return count;
    }

    /** What an invoked function returned. */
    public int resultCode() {
        if (opcode != Opcode.INVOKE || !Status.hasBody(status) || status == Status.PUSHED_BACK) {
            throw new IllegalStateException(
                    Opcode.name(opcode) + " with " + Status.name(status) + " has no result code");
        }
        return InvokeReplyLayout.resultCode(memory, body);
    }

    /** Where the answer lies. */
    public MemorySegment memory() {
        return memory;
    }

    /** Where in {@link #memory} the value of a get, the reply of a function, or else the whole body starts. */
    public long valueOffset() {
        return body + fixedBytes();
    }

    /** How long the value of a get, the reply of a function, or else the whole body is. */
    public int valueLength() {
        return length - fixedBytes();
    }

    /** The value of a get, the reply of a function, or else the whole body. */
    public byte[] value() {
        return Wire.bytes(memory, valueOffset(), valueLength());
    }

    /** Copies the {@link #value} to an array; returns its length. */
    public int copyValue(byte[] target, int targetOffset) {
        Wire.getBytes(memory, valueOffset(), target, targetOffset, valueLength());
        return valueLength();
    }

    /** What the server said about a status that is not good: its own words, or else ours. */
    public String error() {
        return Status.hasBody(status) || length == 0 ? Status.describe(status) : Wire.text(memory, body, length);
    }

    /** Offset of the whole body. */
    long body() {
        return body;
    }

    /** Length of the whole body. */
    int length() {
        return length;
    }

    QuernException exception(String request) {
        return QuernException.of(status, request, Status.hasBody(status) ? "" : Wire.text(memory, body, length));
    }

    private int fixedBytes() {
        if (!Status.hasBody(status) || status == Status.PUSHED_BACK) {
            return 0;
        }
        return switch (opcode) {
            case Opcode.GET -> ValueReplyLayout.BYTES_MIN;
            case Opcode.INVOKE -> InvokeReplyLayout.BYTES_MIN;
            default -> 0;
        };
    }

    private long good() {
        if (status != Status.OK) {
            throw new IllegalStateException(Opcode.name(opcode) + " was answered " + Status.name(status));
        }
        return body;
    }
}
