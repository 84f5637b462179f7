package dev.quern.sandbox;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.kvstore.Table;
import dev.quern.sandbox.guest.CallState;
import org.jspecify.annotations.Nullable;

/** One call of a function: what goes in, and what came out. One per core, used again for each call. Thread: the core's. */
public final class Invocation {
    private final CallState state;
    private @Nullable Table table;
    private long argumentsAddress;
    private int argumentsLength;
    private boolean isReadOnly;
    private boolean isWellFormed;
    private long timeLimitUs;
    private int resultCode;
    private int readCount;
    private String error = "";

    Invocation(CallState state) {
        this.state = state;
    }

    /**
     * Sets what goes in.
     *
     * @param argumentsAddress of the list {@code u32 count}, then per argument {@code u32 length} and bytes; stays readable until the
     *     call ends
     * @param argumentsLength of the list in bytes; 0 for no arguments
     * @param callTable the table that the guest knows by handle 0
     * @param readOnly whether writes are refused, whatever the manifest says
     * @param callTimeLimitUs in microseconds; 0 for the manifest's, which it never passes
     */
    public void set(
            long argumentsAddress, int argumentsLength, Table callTable, boolean readOnly, long callTimeLimitUs) {
        this.argumentsAddress = argumentsAddress;
        this.argumentsLength = argumentsLength;
        isWellFormed = state.callArguments().set(argumentsAddress, argumentsLength);
        table = callTable;
        isReadOnly = readOnly;
        timeLimitUs = callTimeLimitUs;
        clear();
    }

    void clear() {
        state.reply().clear();
        resultCode = 0;
        error = "";
    }

    /** The list as it was given. */
    byte[] copyOfArguments() {
        return NativeMemory.toArray(argumentsAddress, argumentsLength);
    }

    boolean isWellFormed() {
        return isWellFormed;
    }

    Table table() {
        Table set = table;
        if (set == null) {
            throw new IllegalStateException("set the invocation first");
        }
        return set;
    }

    boolean isReadOnly() {
        return isReadOnly;
    }

    /** @param most what the function's manifest allows */
    long timeLimitUs(long most) {
        return timeLimitUs <= 0 ? most : Math.min(timeLimitUs, most);
    }

    void setResult(int code, int records) {
        resultCode = code;
        readCount = records;
    }

    /** How many records the last attempt read that came to its end, about. */
    public int readCount() {
        return readCount;
    }

    int fail(int status, String message) {
        error = message;
        return status;
    }

    /** Whether the function replied at all, if only with nothing. */
    public boolean replied() {
        return state.reply().isSet();
    }

    /** Where the reply lies until the core's next call. */
    public long replyAddress() {
        return state.reply().address();
    }

    public int replyLength() {
        return state.reply().length();
    }

    /** What the entry returned; with a status of OK it is 0. */
    public int resultCode() {
        return resultCode;
    }

    /** For a bad status, one line: what happened and what to change. Empty for a good one. */
    public String error() {
        return error;
    }
}
