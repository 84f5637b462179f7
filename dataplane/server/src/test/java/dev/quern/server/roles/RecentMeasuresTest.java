package dev.quern.server.roles;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a lane remembers of calls beside their cost: how long they waited, how long those are that it runs, and which went back to clients. */
@Timeout(20)
class RecentMeasuresTest {
    private static final long MS = 1_000_000;

    @Test
    void shouldForgetWaitsThatAreOld() {
        RecentWait waits = new RecentWait();
        assertTrue(waits.meanNs(0) < 0, "none ran");
        waits.waited(2 * MS, 0);
        assertEquals(2 * MS, waits.meanNs(RecentWait.OLD_NS));
        assertTrue(waits.meanNs(RecentWait.OLD_NS + 1) < 0);
        waits.waited(MS, RecentWait.OLD_NS + 1);
        assertEquals(MS, waits.meanNs(RecentWait.OLD_NS + 1), "which counts alone");
    }

    @Test
    void shouldTurnItsMeanAroundByACoupleOfWaits() {
        RecentWait waits = new RecentWait();
        waits.waited(0, 0);
        waits.waited(8 * MS, 1);
        assertEquals(MS, waits.meanNs(1), "one alone");
        for (int i = 0; i < 16; i++) {
            waits.waited(8 * MS, 2);
        }
        assertTrue(waits.meanNs(2) > 6 * MS);
    }

    @Test
    void shouldFindLongCallsByTheTimeThatTheyTake() {
        RunLengths lengths = new RunLengths();
        assertEquals(0, lengths.foundNs());
        for (int i = 0; i < 1_000; i++) {
            lengths.ran(i % 10 == 0 ? 1_000_000.0 : 10_000.0);
        }
        assertTrue(lengths.foundNs() > 0.9 * MS, "one in ten, with nearly all of the time");
        for (int i = 0; i < 1_000; i++) {
            lengths.ran(10_000);
        }
        assertEquals(10_000, lengths.foundNs(), 100);
    }

    @Test
    void shouldTakeACallInWhichTheCoreStoodStillForNoLongOne() {
        FunctionCost cost = new FunctionCost(0);
        for (int i = 0; i < 100; i++) {
            cost.ran(10_000, 1, 0);
        }
        cost.ran(5 * MS, 1, 0);
        assertTrue(cost.cpuNs() > 300_000);
        assertTrue(cost.typicalNs() < 12_000);
        for (int i = 0; i < 200; i++) {
            cost.ran(MS, 1, 0);
        }
        assertTrue(cost.typicalNs() > 0.99 * MS, "when they all take long now");
    }

    @Test
    void shouldLoseNoMoreThanAShareOfItsTime() {
        LossBudget budget = new LossBudget(0);
        long lostNs = 0;
        long nowNs = 0;
        for (; nowNs < 1_000 * MS; nowNs += 20_000) {
            while (budget.isLeft(nowNs)) {
                budget.lost(10_000, nowNs);
                lostNs += 10_000;
            }
        }
        long mostNs = 1_000 * MS / LossBudget.SHARE + LossBudget.BURST_NS + 10_000;
        assertTrue(lostNs <= mostNs && lostNs > mostNs - 30_000, "lost " + lostNs);
        assertFalse(budget.isLeft(nowNs - 20_000));
        assertTrue(budget.isLeft(nowNs + LossBudget.BURST_NS));
        budget.lost(0, nowNs);
        assertTrue(budget.isLeft(nowNs + LossBudget.BURST_NS), "what costs less loses nothing");
    }

    @Test
    void shouldCountWhatWentBackSinceOneRan() {
        SentBack sent = new SentBack();
        assertEquals(0, sent.inRow());
        sent.sent(3);
        sent.sent(5);
        assertEquals(2, sent.inRow());
        assertEquals(Long.MAX_VALUE, sent.fewSinceNs(7), "never so many");
        sent.sent(6);
        assertEquals(4, sent.fewSinceNs(7));
        sent.ran();
        assertEquals(0, sent.inRow());
        sent.sent(8);
        assertEquals(1, sent.inRow());
        assertEquals(4, sent.fewSinceNs(9), "as of the third last");
    }
}
