package dev.quern.pushback;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.client.RunFigures;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What may be offered, and what a call that comes back would wait for. */
@Timeout(20)
class BacklogTest {
    private static final RunFigures RUNS = new RunFigures(300, 2, 3);

    private final Backlog backlog = new Backlog(2, 4);

    @Test
    void shouldTellWhatACallTakesBehindThoseThatAreHere() {
        assertEquals(RUNS, backlog.behindWhatWaits(RUNS, 0));
        assertTrue(backlog.tryAdd(1_000_000));
        assertTrue(backlog.tryAdd(3_000_000));
        assertEquals(new RunFigures(2_300, 2, 3), backlog.behindWhatWaits(RUNS, 0), "by two workers");
        backlog.remove(1_000_000);
        assertEquals(new RunFigures(1_800, 2, 3), backlog.behindWhatWaits(RUNS, 0));
        backlog.remove(3_000_000);
        assertEquals(RUNS, backlog.behindWhatWaits(RUNS, 0));
    }

    @Test
    void shouldTellOfWorkersThatAreAllOverTheirTime() {
        backlog.begins(0, 1_000_000, 0);
        assertEquals(RUNS, backlog.behindWhatWaits(RUNS, 9_000_000), "the other one is free");
        backlog.begins(1, 1_000_000, 2_000_000);
        assertEquals(RUNS, backlog.behindWhatWaits(RUNS, 3_000_000), "the other one is in its time");
        assertEquals(
                new RunFigures(4_300, 2, 3),
                backlog.behindWhatWaits(RUNS, 7_000_000),
                "the one that is over it by less");
        backlog.ends(0);
        assertEquals(RUNS, backlog.behindWhatWaits(RUNS, 9_000_000));
    }

    @Test
    void shouldOfferNothingWhileItIsFull() {
        for (int i = 0; i < 4; i++) {
            assertTrue(backlog.tryOffer(), "one that was offered takes no room");
            assertTrue(backlog.tryAdd(1));
        }
        assertFalse(backlog.tryOffer());
        assertFalse(backlog.tryAdd(1), "one that was offered before finds no room");
        backlog.remove(1);
        assertTrue(backlog.tryOffer());
        assertTrue(backlog.tryAdd(1));
    }

    @Test
    void shouldOfferNoMoreThanAFewTimesItsRoom() {
        int offersMax = 4 * PushbackLimits.OFFERS_PER_CALL;
        for (int i = 0; i < offersMax; i++) {
            assertTrue(backlog.tryOffer());
        }
        assertFalse(backlog.tryOffer());
        backlog.offerEnded();
        assertTrue(backlog.tryOffer());
    }
}
