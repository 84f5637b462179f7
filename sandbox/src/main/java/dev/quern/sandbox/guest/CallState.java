package dev.quern.sandbox.guest;

import dev.quern.kvstore.Table;
import dev.quern.kvstore.Tenant;
import dev.quern.kvstore.Transaction;
import org.jspecify.annotations.Nullable;

/** What the running invocation works on. One per core, set anew for each. Thread: the core's. */
public final class CallState {
    /** Handles above 0 are table ids, plus one, as 0 is the invocation's own table. */
    private static final int HANDLE_OFFSET = 1;

    private final Arguments arguments = new Arguments();
    private final ReplyBuffer reply;
    private @Nullable Tenant tenant;
    private @Nullable Table table;
    private @Nullable Transaction transaction;
    private @Nullable GuestLog log;
    private boolean isReadOnly;
    private long nowMs;
    private long addressMax;
    private long attempts;

    public CallState(ReplyBuffer reply) {
        this.reply = reply;
    }

    /** Sets what stays the same over the attempts of an invocation. */
    public void begin(Table callTable, boolean readOnly, long unixMs, long guestAddressMax, GuestLog callLog) {
        tenant = callTable.tenant();
        table = callTable;
        isReadOnly = readOnly;
        nowMs = unixMs;
        addressMax = guestAddressMax;
        log = callLog;
    }

    /** Begins an attempt. */
    public void attempt(Transaction attempted) {
        transaction = attempted;
        attempts++;
        reply.clear();
    }

    public Arguments arguments() {
        return arguments;
    }

    public ReplyBuffer reply() {
        return reply;
    }

    Tenant tenant() {
        return required(tenant);
    }

    Transaction transaction() {
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

    long nowMs() {
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
