package dev.quern.server.dispatch;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.kvstore.Table;
import dev.quern.protocol.Limits;
import dev.quern.protocol.Status;
import dev.quern.sandbox.Function;
import dev.quern.sandbox.FunctionCore;
import dev.quern.sandbox.FunctionStatus;
import dev.quern.sandbox.Invocation;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The calls of one request to one function, and what came of them: run one after the other, in one go or, when others wait, in several. Each is a transaction of
 * its own. Used again for further requests. Thread: whose turn it is to run them. Allocates nothing but for errors, once its memory has grown.
 */
public final class CallBatch {
    private static final long NS_PER_US = 1_000;
    private static final int NOT_READY_RETRY_US = dev.quern.sandbox.Limits.NOT_READY_RETRY_MS * 1_000;

    private final BatchReply reply;
    private @Nullable Function function;
    private @Nullable Table table;
    private boolean isReadOnly;
    private long limitUs;
    private long arrivedNs;

    /** Where the argument lists are that are left, and their end. */
    private long next;

    private long end;
    private int left;
    private int ranCount;
    private int failedCount;
    private int readCount;
    private boolean hasBegun;
    private int retryUs;

    /** One that keeps up to so many bytes from one use to the next. */
    public CallBatch(int bytesKept) {
        this(new AtomicLong(), bytesKept);
    }

    /** With what counts the bytes of all that the same lane handed over. */
    CallBatch(AtomicLong charged, int bytesKept) {
        reply = new BatchReply(charged, bytesKept);
    }

    /**
     * Says what to call.
     *
     * @param timeUs what the caller allows for all of it from {@code arrived} on, 0 for the function's own limit for each
     * @param lists the arguments of each call behind their length, up to {@code listsEnd}; stay readable until the calls were made
     */
    public void set(
            Function called,
            Table onTable,
            boolean readOnly,
            long timeUs,
            long arrived,
            int count,
            long lists,
            long listsEnd) {
        function = called;
        table = onTable;
        isReadOnly = readOnly;
        limitUs = timeUs;
        arrivedNs = arrived;
        next = lists;
        end = listsEnd;
        left = count;
        failedCount = 0;
        hasBegun = false;
        retryUs = 0;
        told();
        reply.begin(count);
    }

    /** Goes on where another one stopped; what is left of its arguments has been copied to an address. */
    void takeOver(CallBatch begun, long lists) {
        function = begun.function;
        table = begun.table;
        isReadOnly = begun.isReadOnly;
        limitUs = begun.limitUs;
        arrivedNs = begun.arrivedNs;
        next = lists;
        end = lists + begun.leftBytes();
        left = begun.left;
        failedCount = begun.failedCount;
        hasBegun = begun.hasBegun;
        retryUs = begun.retryUs;
        told();
        reply.copy(begun.reply);
    }

    /**
     * Makes calls until all were made, or it is past a moment; at least one.
     *
     * @param nowNs of a moment ago
     * @param policies which count what calls took; null for none
     * @return the time of its end
     */
    public long run(FunctionCore core, long nowNs, long unixMs, long untilNs, @Nullable TenantPolicies policies) {
        Function called = function();
        Table onTable = Objects.requireNonNull(table);
        Invocation call = core.invocation();
        long atNs = nowNs;
        while (left > 0) {
            long leftUs = leftUs(atNs);
            if (leftUs < 0) {
                endRest(Status.DEADLINE, 0);
                break;
            }
            if (reply.isLaneFull()) {
                endRest(Status.BUSY, 0);
                break;
            }
            int length = NativeMemory.getInt(next);
            call.set(next + Integer.BYTES, length, onTable, isReadOnly, leftUs);
            int status = core.invoke(called, call, atNs, unixMs);
            atNs = System.nanoTime();
            if (status == FunctionStatus.NOT_READY) {
                endRest(Status.BUSY, NOT_READY_RETRY_US);
                break;
            }
            hasBegun = true;
            next += Integer.BYTES + length;
            left--;
            ran(status, call);
            called.took(atNs - arrivedNs);
            if (policies != null) {
                policies.took(called, atNs - arrivedNs);
            }
            if (status == FunctionStatus.KILLED) {
                // Whoever ended it means all of it.
                endRest(Status.FUNCTION_KILLED, 0);
            } else if (atNs - untilNs >= 0) {
                break;
            }
        }
        return atNs;
    }

    /** What the caller allows from now on, in microseconds: 0 when that is not bounded, negative when it is over. */
    private long leftUs(long nowNs) {
        if (limitUs == 0) {
            return 0;
        }
        long leftUs = limitUs - (nowNs - arrivedNs) / NS_PER_US;
        return leftUs <= 0 ? -1 : leftUs;
    }

    private void ran(int status, Invocation call) {
        ranCount++;
        readCount += call.readCount();
        if (status == FunctionStatus.OK || status == FunctionStatus.FAILED) {
            failedCount += status == FunctionStatus.OK ? 0 : 1;
            boolean replied = call.replied();
            reply.add(
                    status,
                    call.resultCode(),
                    replied ? call.replyAddress() : 0,
                    replied ? call.replyLength() : 0,
                    left);
            return;
        }
        failedCount++;
        byte[] text = call.error().getBytes(StandardCharsets.UTF_8);
        reply.add(
                status,
                text.length > Limits.ERROR_BYTES_MAX ? Arrays.copyOf(text, Limits.ERROR_BYTES_MAX) : text,
                left);
    }

    /**
     * None of the calls that are left is begun any more.
     *
     * @param status that says why
     * @param retryAfterUs when the caller should ask for them again, 0 for whenever it likes
     */
    public void endRest(int status, int retryAfterUs) {
        retryUs = retryAfterUs;
        while (left > 0) {
            left--;
            reply.add(status, retryAfterUs, 0, 0, left);
        }
    }

    Function function() {
        return Objects.requireNonNull(function);
    }

    Table table() {
        return Objects.requireNonNull(table);
    }

    boolean isReadOnly() {
        return isReadOnly;
    }

    long limitUs() {
        return limitUs;
    }

    long arrivedNs() {
        return arrivedNs;
    }

    /** Whether the caller's time is over by then. */
    boolean isOver(long atNs) {
        return leftUs(atNs) < 0;
    }

    long leftAddress() {
        return next;
    }

    int leftBytes() {
        return (int) (end - next);
    }

    /** How many calls have neither been made nor given up. */
    public int left() {
        return left;
    }

    /** Whether a call was made: then what came of the others is said one by one. */
    public boolean hasBegun() {
        return hasBegun;
    }

    /** When to ask again what was {@link Status#BUSY}. */
    public int retryUs() {
        return retryUs;
    }

    /** Whether all of it was put off, and nothing was done. */
    public boolean isRefused() {
        return !hasBegun && left == 0 && reply.firstStatus() == Status.BUSY;
    }

    /** Calls made since {@link #told}. */
    public int ranCount() {
        return ranCount;
    }

    /** How many records each of them read, about. */
    public int readsEach() {
        return ranCount == 0 ? 0 : readCount / ranCount;
    }

    /** What was counted has been taken account of. */
    public void told() {
        ranCount = 0;
        readCount = 0;
    }

    /** Calls so far that ended otherwise than well. */
    public int failedCount() {
        return failedCount;
    }

    /** Where the body of the answer lies. */
    public long replyAddress() {
        return reply.address();
    }

    /** Its length in bytes. */
    public int replyLength() {
        return reply.length();
    }

    /** For the next use: lets go of what it refers to, and of memory beyond the usual. */
    public void clear() {
        function = null;
        table = null;
        reply.shrink();
    }

    /** Lets go of all memory. */
    public void free() {
        reply.free();
    }
}
