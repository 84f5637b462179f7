package dev.quern.client;

import java.lang.foreign.MemorySegment;

/** Is shown what came of the calls of a {@link Pipeline#invokeAll}, see {@link Reply#outcomes}. On the thread that polls the client. */
@FunctionalInterface
public interface OutcomeVisitor {
    /**
     * One call.
     *
     * @param index of its arguments among those sent
     * @param status a code from {@link dev.quern.protocol.Status}
     * @param result what the function returned; with BUSY, after how many microseconds to ask again, 0 when the server does not say
     * @param memory good until this returns; where the function's reply lies from {@code offset} on, or, when the status is neither OK nor
     *     FUNCTION_FAILED, a message in UTF-8
     * @param length of the reply or message, often 0
     */
    void onOutcome(int index, int status, int result, MemorySegment memory, long offset, int length);
}
