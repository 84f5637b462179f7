package dev.quern.sandbox.guest;

/** Runs functions that a running one calls, in the same transaction. Thread: the core's. */
public interface FunctionCalls {
    /**
     * Runs another of the tenant's functions to its end.
     *
     * @param name the address of its name, in native memory, as are the arguments; both stay as they are
     * @return 0; NOT_FOUND; a function status for what failed or is paused. What a call that was not good has written is dropped
     * @throws GuestTrap when it did not come to its end, or cannot be called from here; the whole call ends
     */
    int call(long name, int nameLength, long arguments, int argumentsLength);

    /** What the last one called returned. */
    int result();
}
