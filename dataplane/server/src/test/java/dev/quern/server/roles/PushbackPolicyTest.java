package dev.quern.server.roles;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * When the server sends an invocation back by what it costs: when it has to wait, and what is cheaper to be served than to be run, or waits too long for others;
 * and never what would be answered sooner here.
 */
@Timeout(20)
class PushbackPolicyTest {
    private static final long WAIT_NS = 10 * PushbackByCost.SHORT_NS;

    private static FunctionCost function(long cpuNs, int records) {
        FunctionCost cost = new FunctionCost(0);
        for (int i = 0; i < PushbackByCost.CALLS_MIN; i++) {
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
        return PushbackByCost.POLICY.pushesBack(function, state);
    }

    @Test
    void shouldSendBackWhatComputesForLongWhileItWouldWait() {
        assertTrue(pushesBack(function(1_000_000, 8), waiting(WAIT_NS)));
        assertFalse(pushesBack(function(1_000_000, 8), waiting(PushbackByCost.SHORT_NS - 1)), "CPU to spare");
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
        for (int i = 1; i < PushbackByCost.CALLS_MIN; i++) {
            young.ran(1_000_000, 1, 0);
            assertFalse(pushesBack(young, waiting(WAIT_NS)));
        }
    }

    /** What costs 6.1 us to send back, behind calls that take long. */
    private static PlaceState behindLongCalls(long waitNs) {
        PlaceState state = waiting(waitNs);
        state.recentWaitNs = waitNs;
        state.foundRunningNs = 500_000;
        return state;
    }

    @Test
    void shouldSendBackAtALossWhatWaitsTooLongForOthers() {
        PlaceState state = behindLongCalls(PushbackByCost.CONGESTED_NS);
        assertTrue(pushesBack(function(4_000, 1), state));
        assertEquals(2_100, state.lossNs, "6.1 us for 4");
        state.recentWaitNs = 5 * PushbackByCost.CONGESTED_NS;
        assertTrue(pushesBack(function(10_000, 16), state), "52.6 us for 10, of 500");
        assertFalse(pushesBack(function(10_000, 32), state), "102.2 us: more than an eighth of those before it");
        state.foundRunningNs = 15_000;
        assertFalse(pushesBack(function(4_000, 1), state), "behind calls about as short");
    }

    @Test
    void shouldKeepWhatCostsMoreOnceEnoughWasLost() {
        PlaceState state = behindLongCalls(PushbackByCost.CONGESTED_NS);
        state.mayLose = false;
        assertFalse(pushesBack(function(4_000, 1), state));
        assertTrue(pushesBack(function(6_200, 1), state), "which costs less there");
        assertEquals(0, state.lossNs);
    }

    @Test
    void shouldKeepAtALossUntilItIsCongested() {
        assertFalse(pushesBack(function(4_000, 1), behindLongCalls(PushbackByCost.CONGESTED_NS - 1)));
        PlaceState fast = behindLongCalls(600_000);
        fast.client.set(50_000, 1, 1);
        assertTrue(pushesBack(function(4_000, 1), fast), "four times what the client takes");
        fast.client.set(51_000, 1, 1);
        assertFalse(pushesBack(function(4_000, 1), fast));
    }

    @Test
    void shouldGoOnUntilCongestionIsWellOver() {
        PlaceState state = behindLongCalls(PushbackByCost.CONGESTED_NS / 2);
        assertFalse(pushesBack(function(4_000, 1), state));
        state.sentBackInRow = 1;
        assertTrue(pushesBack(function(4_000, 1), state));
        state.recentWaitNs = PushbackByCost.CONGESTED_NS / 2 - 1;
        assertFalse(pushesBack(function(4_000, 1), state));
    }

    @Test
    void shouldKeepAtALossWhatACoreForFunctionsRunsSoon() {
        PlaceState state = behindLongCalls(2 * PushbackByCost.CONGESTED_NS);
        state.hasFunctionCore = true;
        state.functionWaitNs = PushbackByCost.SHORT_NS;
        assertFalse(pushesBack(function(4_000, 1), state));
        state.functionWaitNs = PushbackByCost.CONGESTED_NS;
        assertTrue(pushesBack(function(4_000, 1), state));
    }

    @Test
    void shouldKeepWhatIsAnsweredSoonerHere() {
        PlaceState state = waiting(WAIT_NS);
        state.client.set(2_000_000, 1, 1);
        assertFalse(pushesBack(function(1_000_000, 1), state), "as the client takes long");
        state.client.set(1_000_000, 1, 1);
        assertTrue(pushesBack(function(1_000_000, 1), state));
        state.recentWaitNs = 50_000;
        assertFalse(pushesBack(function(1_000_000, 1), state), "as calls have hardly waited lately");
    }

    @Test
    void shouldAskAnewFromTimeToTimeWhatItTakesAtTheClient() {
        PlaceState state = waiting(WAIT_NS);
        state.client.set(5_000_000, 32, 32);
        state.fewSentBackNs = PushbackByCost.PROBE_NS - 1;
        assertFalse(pushesBack(function(40_000, 32), state));
        state.fewSentBackNs = PushbackByCost.PROBE_NS;
        assertTrue(pushesBack(function(40_000, 32), state));
        state.leftNs = 200_000;
        assertFalse(pushesBack(function(40_000, 32), state), "not done in time even with the fewest messages");
        state.leftNs = Long.MAX_VALUE;
        assertFalse(pushesBack(function(4_000, 32), state), "which would not pay even then");
    }

    @Test
    void shouldKeepOneOfManyToLearnWhatItTakesHere() {
        PlaceState state = waiting(WAIT_NS);
        state.sentBackInRow = PushbackByCost.IN_ROW_MAX - 1;
        assertTrue(pushesBack(function(1_000_000, 8), state));
        state.sentBackInRow = PushbackByCost.IN_ROW_MAX;
        assertFalse(pushesBack(function(1_000_000, 8), state));
    }

    @Test
    void shouldTellOfCongestion() {
        PlaceState state = behindLongCalls(2 * PushbackByCost.CONGESTED_NS);
        FunctionCost cost = function(4_000, 1);
        String said = PushbackByCost.POLICY.explain(cost, state);
        assertTrue(said.contains("calls wait 2000.0 us here (measured lately)"), said);
        assertTrue(said.contains("congested by calls of 500.0 us: it goes back up to 66500 ns"), said);
        state.mayLose = false;
        said = PushbackByCost.POLICY.explain(cost, state);
        assertTrue(said.contains("up to 4000 ns, as enough was lost to such calls lately"), said);
        state.foundRunningNs = 4_000;
        said = PushbackByCost.POLICY.explain(cost, state);
        assertTrue(said.contains("congested by calls as short as it is"), said);
    }
}
