package dev.quern.sandbox.guest;

/**
 * Ends a guest's call, from inside an intrinsic or from outside. The reason says which status the invocation gets. Carries no stack
 * trace: the guest's own is of no use to its tenant yet, and taking one is what makes traps slow.
 */
public final class GuestTrap extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Why the call ended. */
    public enum Reason {
        /** The guest did what it may not: a wild address, an unreachable, a division by zero. */
        TRAP,
        /** Time was over. */
        DEADLINE,
        /** Somebody ended it. */
        KILLED,
        /** A write from a read-only invocation. */
        READ_ONLY,
        /** The tenant's memory is used up. */
        OVER_QUOTA,
        /** More reply than fits. */
        REPLY_TOO_LARGE,
        /** More reads or writes than a transaction may have. */
        TRANSACTION_TOO_LARGE
    }

    private final Reason reason;
    private final boolean isExit;
    private final int exitCode;

    public GuestTrap(Reason reason, String message) {
        this(reason, message, false, 0);
    }

    private GuestTrap(Reason reason, String message, boolean isExit, int exitCode) {
        super(message, null, false, false);
        this.reason = reason;
        this.isExit = isExit;
        this.exitCode = exitCode;
    }

    /** The guest ended its process: a trap, but for commands. */
    static GuestTrap exit(int code) {
        return new GuestTrap(Reason.TRAP, "proc_exit(" + code + ")", true, code);
    }

    /** Whether the guest ended its process, with {@link #exitCode}. */
    public boolean isExit() {
        return isExit;
    }

    public int exitCode() {
        return exitCode;
    }

    public Reason reason() {
        return reason;
    }
}
