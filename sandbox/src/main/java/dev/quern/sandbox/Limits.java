package dev.quern.sandbox;

import dev.quern.sandbox.guest.WindowedMemory;

/** Every bound of the sandbox, each with its reason. */
public final class Limits {
    /** As module and as entry; both appear in requests. */
    public static final int NAME_CHARACTERS_MAX = 64;

    /** A module's bytes: past this it is a program, not a function. */
    public static final int MODULE_BYTES_MAX = 4 << 20;

    /** Functions of one tenant. */
    public static final int FUNCTIONS_MAX = 1024;

    /** What a manifest gets when it says nothing: long for a function, short for whoever waits behind it. */
    public static final long TIME_LIMIT_US_DEFAULT = 100_000;

    /** Past this it is a batch job: its writes conflict with everybody's. */
    public static final long TIME_LIMIT_US_MAX = 10_000_000;

    /** A minute, as for a tenant's target: longer is none. */
    public static final long TARGET_P99_US_MAX = 60_000_000;

    /** Short against what a get waits for on its way, long against what looking for one costs. */
    public static final int QUANTUM_US_DEFAULT = 50;

    /** Below this a core would look for requests more than it runs functions. */
    public static final int QUANTUM_US_MIN = 10;

    public static final int QUANTUM_US_MAX = 1_000_000;

    /** A module without memory wants none, and gets none. */
    public static final int MEMORY_PAGES_MIN = 1;

    /** 16 MiB. */
    public static final int MEMORY_PAGES_DEFAULT = 256;

    /** 256 MiB. */
    public static final int MEMORY_PAGES_MAX = 4096;

    /** What all cores' isolates may take: some forty thousand that do little. */
    public static final long ISOLATES_BYTES_DEFAULT = 1L << 30;

    /** Room for a core's few. */
    public static final long ISOLATES_BYTES_MIN = 1L << 20;

    /** Some minutes: to make one again takes less than a tenth of a millisecond. */
    public static final int ISOLATE_IDLE_MS_DEFAULT = 300_000;

    /** A burst of tenants' first calls. */
    public static final int ISOLATES_SPARE_DEFAULT = 16;

    public static final int ISOLATES_SPARE_MAX = 1024;

    /** What an isolate of GraalWasm's was found to take on the heap. */
    static final long ISOLATE_HEAP_BYTES = 10 << 10;

    /** And an instance in it. */
    static final long INSTANCE_HEAP_BYTES = 2 << 10;

    /** A call with more arguments is not made again aside. */
    static final int SAMPLED_BYTES_MAX = 64 << 10;

    /** A reply fits the protocol's largest value. */
    public static final int REPLY_BYTES_MAX = 16 << 20;

    /** How deep functions call functions: each level takes some of the core's stack. */
    public static final int CALL_DEPTH_MAX = 8;

    /**
     * How deep calls nest inside of a module: deeper than what recurs over trees and documents, and little enough that a trap down there
     * is unwound before anybody notices.
     */
    public static final int STACK_DEPTH_MAX = 1024;

    /**
     * The stack of a thread that runs functions, of which memory is taken as it is used: {@link #STACK_DEPTH_MAX} calls of the largest
     * frames, interpreted, and what is served in their midst. Where functions call one another and each nests nearly as deep as it may, the
     * stack itself may end them. A larger one would have Espresso, which counts no depth, take a minute to come back from its bottom.
     */
    public static final long STACK_BYTES = 16L << 20;

    /** How often an invocation that another commit beat is run again before its caller is told. */
    public static final int CONFLICT_RETRIES_MAX = 8;

    /** After how long to call again what was {@link FunctionStatus#NOT_READY}, in milliseconds. */
    public static final int NOT_READY_RETRY_MS = 1000;

    /** Lines that a tenant's function log keeps. */
    public static final int LOG_LINES_MAX = 1000;

    /** As many as the log keeps: who logs more reads none of it. */
    public static final int LOG_LINES_PER_SECOND_MAX = LOG_LINES_MAX;

    static {
        if (MEMORY_PAGES_MAX > WindowedMemory.PAGES_MAX) {
            throw new ExceptionInInitializerError("private memory must end below the window");
        }
    }

    private Limits() {}
}
