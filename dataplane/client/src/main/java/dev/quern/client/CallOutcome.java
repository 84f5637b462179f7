package dev.quern.client;

import org.jspecify.annotations.Nullable;

/** What became of one of the calls of {@link FunctionCall#sendAll}: its result, or why there is none. Immutable. */
public final class CallOutcome {
    private final @Nullable FunctionResult result;
    private final @Nullable QuernException failure;

    private CallOutcome(@Nullable FunctionResult result, @Nullable QuernException failure) {
        this.result = result;
        this.failure = failure;
    }

    static CallOutcome of(FunctionResult result) {
        return new CallOutcome(result, null);
    }

    static CallOutcome of(QuernException failure) {
        return new CallOutcome(null, failure);
    }

    /** Whether the function returned 0, and what it wrote is there. */
    public boolean ok() {
        return failure == null;
    }

    /**
     * What the function replied.
     *
     * @throws QuernException the {@link #failure}, when there is one
     */
    public FunctionResult result() {
        FunctionResult replied = result;
        if (replied == null) {
            throw failure == null ? new IllegalStateException("neither a result nor a failure") : failure;
        }
        return replied;
    }

    /**
     * Why there is no result; null when there is one. {@link QuernException.Busy} and {@link QuernException.DeadlineExceeded} say that nothing was written, and the
     * call may be sent again; so it is with all that {@link FunctionCall#send} fails with because of an answer. Only one of status
     * {@link dev.quern.protocol.Status#NOT_KEPT} was made and written, and its reply found no room among the others.
     */
    public @Nullable QuernException failure() {
        return failure;
    }
}
