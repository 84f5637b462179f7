package dev.quern.server.roles;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When the server sends an invocation back by what it costs: when it has to wait, and only what is cheaper to be served than to be run. */
@Timeout(20)
class PushbackPolicyTest {
    private static final long WAIT_NS = 10 * PushbackPolicy.ByCost.SHORT_NS;

    private static FunctionCost function(long cpuNs, int records) {
        FunctionCost cost = new FunctionCost(0);
        for (int i = 0; i < PushbackPolicy.ByCost.CALLS_MIN; i++) {
            cost.ran(cpuNs, records, 0);
        }
        return cost;
    }

    private static PlaceState waiting(long waitNs) {
        PlaceState state = new PlaceState();
        state.clientRuns = true;
        state.roundTripNs = 100_000;
        state.inlineWaitNs = waitNs;
        return state;
    }

    private static boolean pushesBack(FunctionCost function, PlaceState state) {
        return PushbackPolicy.BY_COST.pushesBack(function, state);
    }

    @Test
    void shouldSendBackWhatComputesForLongWhileItWouldWait() {
        assertTrue(pushesBack(function(1_000_000, 8), waiting(WAIT_NS)));
        assertFalse(pushesBack(function(1_000_000, 8), waiting(PushbackPolicy.ByCost.SHORT_NS - 1)), "CPU to spare");
    }

    @Test
    void shouldKeepWhatReadsMoreThanItComputes() {
        assertFalse(pushesBack(function(20_000, 32), waiting(WAIT_NS)));
        assertFalse(pushesBack(function(1_000, 1), waiting(100 * WAIT_NS)), "however long it waits");
        assertTrue(pushesBack(function(20_000, 1), waiting(WAIT_NS)));
    }

    @Test
    void shouldGoByWhatMessagesWereMeasuredToCost() {
        PlaceState state = waiting(WAIT_NS);
        assertFalse(pushesBack(function(20_000, 8), state), "as assumed");
        state.messageNs = 1_000;
        assertTrue(pushesBack(function(20_000, 8), state));
        state.messageNs = 30_000;
        assertFalse(pushesBack(function(150_000, 8), state));
    }

    @Test
    void shouldGoByWhatTheClientMeasured() {
        PlaceState state = waiting(WAIT_NS);
        assertFalse(pushesBack(function(40_000, 32), state), "a message for each record");
        state.client.set(500_000, 2, 32);
        assertTrue(pushesBack(function(40_000, 32), state), "two for all of them");
        state.client.set(500_000, 30, 32);
        assertFalse(pushesBack(function(40_000, 32), state));
        state.client.set(500_000, 2, 1_000);
        assertFalse(pushesBack(function(40_000, 32), state), "many records looked at");
        state.client.set(500_000, 0, 0);
        assertFalse(pushesBack(function(40_000, 400), state), "which needs more messages than it says");
        state.client.set(500_000, 2, 32);
        state.leftNs = 400_000;
        assertFalse(pushesBack(function(40_000, 32), state), "not done by the deadline");
    }

    @Test
    void shouldKeepWhatACoreForFunctionsHasTimeFor() {
        PlaceState state = waiting(WAIT_NS);
        state.hasFunctionCore = true;
        assertFalse(pushesBack(function(1_000_000, 1), state));
        state.functionWaitNs = WAIT_NS;
        assertTrue(pushesBack(function(1_000_000, 1), state));
    }

    @Test
    void shouldKeepWhatTheClientCouldNotEndInTime() {
        PlaceState state = waiting(WAIT_NS);
        state.leftNs = 1_500_000;
        assertFalse(pushesBack(function(1_000_000, 8), state));
        state.leftNs = 10_000_000;
        assertTrue(pushesBack(function(1_000_000, 8), state));
    }

    @Test
    void shouldNotBelieveTheFirstCalls() {
        FunctionCost young = new FunctionCost(0);
        for (int i = 1; i < PushbackPolicy.ByCost.CALLS_MIN; i++) {
            young.ran(1_000_000, 1, 0);
            assertFalse(pushesBack(young, waiting(WAIT_NS)));
        }
    }
}
