package dev.quern.sandbox.guest;

import dev.quern.kvstore.Table;
import dev.quern.kvstore.Tenant;
import dev.quern.kvstore.Transaction;
import org.jspecify.annotations.Nullable;

/** What the running invocation works on. One per core, set anew for each. Thread: the core's. */
public final class CallState {
    /** Handles above 0 are table ids, plus one, as 0 is the invocation's own table. */
    private static final int HANDLE_OFFSET = 1;

    private final Arguments callArguments = new Arguments();
    private final ReplyBuffer reply;

    /** What the function last called by the running one replied. */
    private final ReplyBuffer answer;

    private Arguments arguments = callArguments;
    private int depth;
    private long scope;
    private long scopes;
    private @Nullable Tenant tenant;
    private @Nullable Table table;
    private @Nullable Transaction transaction;
    private @Nullable GuestLog log;
    private boolean isReadOnly;
    private long nowMs;
    private long addressMax;
    private long attempts;

    /** @param answer for what functions reply to functions */
    public CallState(ReplyBuffer reply, ReplyBuffer answer) {
        this.reply = reply;
        this.answer = answer;
    }

    /** Sets what stays the same over the attempts of an invocation. */
    public void begin(Table callTable, boolean readOnly, long unixMs, long guestAddressMax, GuestLog callLog) {
        begin(readOnly, unixMs, guestAddressMax, callLog);
        tenant = callTable.tenant();
        table = callTable;
    }

    /** As {@link #begin(Table, boolean, long, long, GuestLog)}, where the records are not in a store of this process. */
    public void begin(boolean readOnly, long unixMs, long guestAddressMax, GuestLog callLog) {
        isReadOnly = readOnly;
        nowMs = unixMs;
        addressMax = guestAddressMax;
        log = callLog;
    }

    /** Begins an attempt. */
    public void attempt(Transaction attempted) {
        transaction = attempted;
        attempt();
    }

    /** As {@link #attempt(Transaction)}, where the records are not in a store of this process. */
    public void attempt() {
        attempts++;
        reply.clear();
        answer.clear();
        arguments = callArguments;
        depth = 0;
        scope = ++scopes;
    }

    /** What the caller of a function in the midst of a call has of its own, to be given back at the function's end. */
    public record Caller(
            Arguments arguments, boolean isReadOnly, long scope, int depth, int replyLength, boolean hasReplied) {}

    /**
     * Begins a function in the midst of a call.
     *
     * @param itsArguments set by whoever calls this
     */
    public Caller enter(Arguments itsArguments, boolean readOnly) {
        Caller caller = new Caller(arguments, isReadOnly, scope, depth, reply.length(), reply.isSet());
        arguments = itsArguments;
        isReadOnly |= readOnly;
        depth++;
        scope = ++scopes;
        reply.unset();
        answer.clear();
        return caller;
    }

    /** Ends a function in the midst of a call: what it replied is the caller's to read. */
    public void leave(Caller caller) {
        arguments = caller.arguments;
        isReadOnly = caller.isReadOnly;
        depth = caller.depth;
        scope = caller.scope;
        reply.moveTo(answer, caller.replyLength, caller.hasReplied);
    }

    /** How many functions were called by functions to come here. */
    public int depth() {
        return depth;
    }

    /** Differs from function to function, also in the midst of a call, and from attempt to attempt. */
    public long scope() {
        return scope;
    }

    ReplyBuffer answer() {
        return answer;
    }

    /** The running function's. */
    Arguments arguments() {
        return arguments;
    }

    /** The whole call's, to be set before it. */
    public Arguments callArguments() {
        return callArguments;
    }

    public ReplyBuffer reply() {
        return reply;
    }

    Tenant tenant() {
        return required(tenant);
    }

    /** What the attempt reads and writes by. */
    public Transaction transaction() {
        return required(transaction);
    }

    /** The table of a guest's handle; ends the call for a handle that {@code table} did not give. */
    Table table(int handle) {
        Table found = handle == 0 ? table : tenant().table(handle - HANDLE_OFFSET);
        if (found == null) {
            throw new GuestTrap(
                    GuestTrap.Reason.TRAP,
                    "table handle " + handle + " is none: 0 is the call's own table, others come from table(name)");
        }
        return found;
    }

    int handle(Table named) {
        return named.id() + HANDLE_OFFSET;
    }

    boolean isReadOnly() {
        return isReadOnly;
    }

    public long nowMs() {
        return nowMs;
    }

    /** Counts every attempt of every invocation. */
    long attempts() {
        return attempts;
    }

    /** Guest addresses that the runtime can read are below this. */
    long addressMax() {
        return addressMax;
    }

    GuestLog log() {
        return required(log);
    }

    private static <T> T required(@Nullable T value) {
        if (value == null) {
            throw new IllegalStateException("an intrinsic was called outside of an invocation");
        }
        return value;
    }
}
