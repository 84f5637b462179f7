package dev.quern.sandbox;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@link RuntimeConformanceTest} on Espresso. */
@Timeout(300)
class EspressoConformanceTest extends RuntimeConformanceTest {
    private static final int TRIES = 5;

    @Override
    String runtime() {
        return "espresso";
    }

    /** Its thousands of calls may take longer than any time limit until they are compiled, on a machine that is busy. */
    @Override
    @Test
    void shouldBoundReplies() throws FunctionRefusedException {
        rig.hostile("calls");
        int status = FunctionStatus.DEADLINE;
        for (int i = 0; i < TRIES && status == FunctionStatus.DEADLINE; i++) {
            status = worker.call("calls.reply_large");
        }
        assertStatus(FunctionStatus.REPLY_TOO_LARGE, status);
    }

    /** Interpreted, its stack may take longer than any time limit to unwind; then that is what ends the call. */
    @Override
    @Test
    void shouldSurviveRecursionWithoutEnd() throws FunctionRefusedException {
        rig.hostile("recursion");
        rig.example("noop");
        int status = worker.call("recursion");
        assertTrue(
                status == FunctionStatus.TRAPPED || status == FunctionStatus.DEADLINE,
                () -> worker.outcome().error());
        assertFalse(worker.outcome().error().isEmpty());
        assertStatus(FunctionStatus.OK, worker.call("noop"));
    }
}
