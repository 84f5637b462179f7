package dev.quern.server.dispatch;

import dev.quern.ffi.linux.NativeHeap;
import dev.quern.ffi.linux.NativeMemory;
import dev.quern.kvstore.Table;
import dev.quern.protocol.Status;
import dev.quern.sandbox.Function;
import dev.quern.sandbox.Invocation;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An invocation on its way to a station and back: its arguments go with it, copied, and its reply comes back in it. Used again for further ones. Thread: the
 * lane's that took it, then, from hand-over to return, the station's; the queues in between order what both do.
 */
public final class HandedCall {
    private static final long NS_PER_US = 1_000;

    private final LaneCalls lane;

    private @Nullable CallOwner owner;
    private @Nullable Object subject;
    private int sequence;
    private @Nullable Function function;
    private @Nullable Table table;
    private boolean isReadOnly;
    private long limitUs;
    private long arrivedNs;
    private final CallMemory arguments = new CallMemory();

    private int status;
    private int resultCode;
    private boolean hasReplied;
    private String error = "";
    private long retryAfterNs;
    private long cpuNs;
    private int readCount;
    private final CallMemory reply = new CallMemory();

    /** Those of a request of many calls; made for the first. */
    private @Nullable CallBatch batch;

    private boolean isBatch;
    private int chargedBytes;

    HandedCall(LaneCalls lane) {
        this.lane = lane;
    }

    /**
     * Says whom it answers.
     *
     * @param asked what the owner knows it by: a session or a connection
     * @param itsSequence the request's, where requests have one
     */
    public HandedCall from(CallOwner answering, Object asked, int itsSequence) {
        owner = answering;
        subject = asked;
        sequence = itsSequence;
        return this;
    }

    /**
     * Says what to call; the arguments are copied.
     *
     * @param timeUs what the caller allows from {@code arrived} on, 0 for the function's own limit alone
     */
    public void set(
            Function called, Table onTable, boolean readOnly, long timeUs, long arrived, long address, int length) {
        NativeMemory.copy(address, reserve(called, onTable, readOnly, timeUs, arrived, length), length);
    }

    /** As {@link #set}, for who writes the arguments himself, to the address returned, and then says {@link #written how long} they are. */
    public long reserve(Function called, Table onTable, boolean readOnly, long timeUs, long arrived, int lengthMax) {
        function = called;
        table = onTable;
        isReadOnly = readOnly;
        limitUs = timeUs;
        arrivedNs = arrived;
        return arguments.reserve(lengthMax);
    }

    /** The arguments take so many bytes. */
    public void written(int length) {
        arguments.length = length;
    }

    /**
     * Takes the rest of a request of many calls over: what is left of their arguments is copied, and what came of those made.
     *
     * @return false when the lane has handed over too much of the kind; nothing has happened then
     */
    public boolean setAll(CallBatch begun) {
        int length = begun.leftBytes();
        if (lane.batchBytes().get() + length > DispatchLimits.BATCH_BYTES_MAX) {
            return false;
        }
        CallBatch own = batch;
        if (own == null) {
            own = new CallBatch(lane.batchBytes(), DispatchLimits.KEPT_BYTES_MIN);
            batch = own;
        }
        long ignored = lane.batchBytes().addAndGet(length);
        chargedBytes = length;
        long lists = reserve(
                begun.function(), begun.table(), begun.isReadOnly(), begun.limitUs(), begun.arrivedNs(), length);
        NativeMemory.copy(begun.leftAddress(), lists, length);
        own.takeOver(begun, lists);
        isBatch = true;
        return true;
    }

    /** Whether it is a request of many calls. */
    boolean isBatch() {
        return isBatch;
    }

    /** The calls, of a request of many. */
    public CallBatch batch() {
        return Objects.requireNonNull(batch);
    }

    /** Calls of the batch were made, which took so long together. */
    void endSome(long tookNs) {
        CallBatch own = batch();
        status = Status.OK;
        // As of one call, which is what others are expected to take.
        cpuNs = own.ranCount() == 0 ? 0 : tookNs / own.ranCount();
        readCount = own.readsEach();
        own.told();
        if (own.isRefused()) {
            refuse(Status.BUSY, Status.describe(Status.BUSY), own.retryUs() * NS_PER_US);
        }
    }

    /** Whether calls of the batch are left to be made. */
    boolean hasMore() {
        return status == Status.OK && batch().left() > 0;
    }

    Function function() {
        return Objects.requireNonNull(function);
    }

    long arrivedNs() {
        return arrivedNs;
    }

    /** Sets a core's invocation up; false when the caller's time was over before, and the outcome says so. */
    boolean begin(Invocation invocation, long nowNs) {
        long leftUs = 0;
        if (limitUs > 0) {
            leftUs = limitUs - (nowNs - arrivedNs) / NS_PER_US;
            if (leftUs <= 0) {
                refuse(Status.DEADLINE, Status.describe(Status.DEADLINE), 0);
                return false;
            }
        }
        invocation.set(arguments.address(), arguments.length(), Objects.requireNonNull(table), isReadOnly, leftUs);
        return true;
    }

    /** Takes what came out. */
    void end(Invocation invocation, int endStatus, long tookNs) {
        status = endStatus;
        resultCode = invocation.resultCode();
        hasReplied = invocation.replied();
        error = invocation.error();
        cpuNs = tookNs;
        readCount = invocation.readCount();
        retryAfterNs = 0;
        int length = hasReplied ? invocation.replyLength() : 0;
        long kept = reply.reserve(length);
        if (length > 0) {
            NativeMemory.copy(invocation.replyAddress(), kept, length);
        }
    }

    /** It did not run. */
    void refuse(int why, String text, long retryNs) {
        if (isBatch && why == Status.BUSY && batch().hasBegun()) {
            // Some of it was done, which that status would deny.
            batch().endRest(Status.BUSY, (int) Math.min(retryNs / NS_PER_US, Integer.MAX_VALUE));
            status = Status.OK;
            return;
        }
        status = why;
        resultCode = 0;
        hasReplied = false;
        error = text;
        cpuNs = 0;
        readCount = 0;
        retryAfterNs = retryNs;
    }

    /** Hands it back to its lane, which may have ended. Thread: the station's. */
    void giveBack() {
        lane.giveBack(this);
    }

    CallOwner owner() {
        return Objects.requireNonNull(owner);
    }

    /** What {@link #from} was given. */
    public Object subject() {
        return Objects.requireNonNull(subject);
    }

    /** What {@link #from} was given. */
    public int sequence() {
        return sequence;
    }

    /** What was called. */
    public Function called() {
        return function();
    }

    /** A {@link dev.quern.sandbox.FunctionStatus}, or {@link Status#BUSY} when it was shed. */
    public int status() {
        return status;
    }

    /** What the entry returned. */
    public int resultCode() {
        return resultCode;
    }

    /** Whether the function replied at all. */
    public boolean replied() {
        return hasReplied;
    }

    /** Where the reply lies. */
    public long replyAddress() {
        return reply.address();
    }

    /** Its length in bytes, 0 for none. */
    public int replyLength() {
        return reply.length();
    }

    /** For a bad status, what happened. */
    public String error() {
        return error;
    }

    /** For one that was shed, when its tenant may ask again; otherwise 0. */
    public long retryAfterNs() {
        return retryAfterNs;
    }

    /** What the call took on its core, 0 if it did not run. */
    public long cpuNs() {
        return cpuNs;
    }

    /** How many records it read, about. */
    public int readCount() {
        return readCount;
    }

    /** For the next use: lets go of what it refers to, and of memory beyond the usual. */
    void clear() {
        owner = null;
        subject = null;
        function = null;
        table = null;
        error = "";
        hasReplied = false;
        if (isBatch) {
            isBatch = false;
            batch().clear();
            long ignored = lane.batchBytes().addAndGet(-chargedBytes);
        }
        arguments.shrink();
        reply.shrink();
    }

    void free() {
        if (batch != null) {
            batch.free();
        }
        arguments.free();
        reply.free();
    }

    /** Memory that grows and shrinks. */
    private static final class CallMemory {
        private long address;
        private int capacity;
        private int length;

        long reserve(int bytes) {
            length = bytes;
            if (bytes > capacity) {
                free();
                capacity = Math.max(bytes, DispatchLimits.KEPT_BYTES_MIN);
                address = NativeHeap.allocate(capacity);
            }
            return address;
        }

        void shrink() {
            length = 0;
            if (capacity > DispatchLimits.KEPT_BYTES_MAX) {
                free();
            }
        }

        void free() {
            if (capacity > 0) {
                NativeHeap.free(address);
                capacity = 0;
                address = 0;
            }
        }

        long address() {
            return address;
        }

        int length() {
            return length;
        }
    }
}
