package dev.quern.sandbox;

/** What an invocation came to. The codes are frozen. With any but {@link #OK} nothing of it was written. */
public final class FunctionStatus {
    public static final int OK = 0;

    /** The entry returned another number than 0: {@link Invocation#resultCode}. Its reply is there. */
    public static final int FAILED = -20;

    /** It did what it may not. */
    public static final int TRAPPED = -21;

    /** It ran past its time limit. */
    public static final int DEADLINE = -22;

    /** Other writes came first, as often as it was tried. */
    public static final int CONFLICT = -23;

    /** Its writes do not fit the tenant's quota. */
    public static final int OVER_QUOTA = -24;

    public static final int REPLY_TOO_LARGE = -25;

    /** It wrote where only reads are allowed. */
    public static final int READ_ONLY = -26;

    /** Somebody ended it. */
    public static final int KILLED = -27;

    /** It could not be started: no memory for an instance, or bad arguments. */
    public static final int UNAVAILABLE = -28;

    /** Its owner paused it: call again when it was resumed. */
    public static final int PAUSED = -29;

    /** What it runs in is being made in the background: call again after {@link Limits#NOT_READY_RETRY_MS}. */
    public static final int NOT_READY = -30;

    private FunctionStatus() {}
}
