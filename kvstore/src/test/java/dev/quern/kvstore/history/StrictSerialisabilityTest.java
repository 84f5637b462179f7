package dev.quern.kvstore.history;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The check itself, on histories whose anomaly is known. */
@Timeout(60)
class StrictSerialisabilityTest {
    private static final long X = 1;
    private static final long Y = 2;

    private final List<Operation> history = new ArrayList<>();

    /** All at the same time, if not told otherwise. */
    private void together(String name, Access... accesses) {
        history.add(new Operation(name, history.size(), 1000 + history.size(), List.of(accesses)));
    }

    private void between(long begin, long end, String name, Access... accesses) {
        history.add(new Operation(name, begin, end, List.of(accesses)));
    }

    private void find(long begin, long end, Access read) {
        history.add(new Operation("find", begin, end, List.of(read)));
    }

    private void assertGood() {
        assertNull(StrictSerialisability.problemOf(history));
    }

    private void assertBad(String why) {
        String problem = StrictSerialisability.problemOf(history);
        assertNotNull(problem);
        assertTrue(problem.contains(why), problem);
    }

    @Test
    void shouldTakeWhatHasAnOrder() {
        together("a", Access.put(X, 10, 1), Access.put(Y, 11, 1));
        together("b", Access.read(X, 10, 1), Access.put(X, 20, 2));
        together("c", Access.read(X, 20, 2), Access.read(Y, 11, 1), Access.delete(X, 30));
        together("d", Access.readAbsent(X), Access.put(X, 40, 3));
        together("e", Access.readAbsent(X), Access.readAbsent(Y));
        assertGood();
    }

    @Test
    void shouldSeeALostUpdate() {
        together("first", Access.put(X, 10, 1));
        together("a", Access.read(X, 10, 1), Access.put(X, 20, 2));
        together("b", Access.read(X, 10, 1), Access.put(X, 30, 3));
        assertBad("cycle");
    }

    @Test
    void shouldSeeALostIncrement() {
        together("a", new Access(Access.Kind.INCREMENT, X, 10, 1));
        together("b", new Access(Access.Kind.INCREMENT, X, 20, 1));
        assertBad("lost update");
    }

    @Test
    void shouldSeeWriteSkew() {
        together("first", Access.put(X, 10, 1), Access.put(Y, 11, 1));
        together("a", Access.read(X, 10, 1), Access.read(Y, 11, 1), Access.put(X, 20, 2));
        together("b", Access.read(X, 10, 1), Access.read(Y, 11, 1), Access.put(Y, 21, 2));
        assertBad("cycle");
    }

    @Test
    void shouldSeeWriteSkewOverAbsentKeys() {
        together("a", Access.readAbsent(Y), Access.put(X, 10, 1));
        together("b", Access.readAbsent(X), Access.put(Y, 11, 1));
        assertBad("cycle");
    }

    @Test
    void shouldSeeALongFork() {
        together("a", Access.put(X, 10, 1));
        together("b", Access.put(Y, 11, 1));
        together("sees a", Access.read(X, 10, 1), Access.readAbsent(Y));
        together("sees b", Access.readAbsent(X), Access.read(Y, 11, 1));
        assertBad("cycle");
    }

    @Test
    void shouldSeeHalfOfATransaction() {
        together("a", Access.put(X, 10, 1), Access.put(Y, 11, 1));
        together("b", Access.read(X, 10, 1), Access.readAbsent(Y));
        assertBad("cycle");
    }

    @Test
    void shouldSeeAReadThatChangesInItsTransaction() {
        together("a", Access.put(X, 10, 1));
        together("b", Access.put(X, 20, 2));
        together("reads twice", Access.read(X, 10, 1), Access.read(X, 20, 2));
        assertBad("cycle");
    }

    @Test
    void shouldSeeAReadOfWhatWasNotCommitted() {
        together("a", Access.put(X, 10, 1));
        together("dirty", Access.read(X, 15, 7));
        assertBad("nobody committed");
    }

    @Test
    void shouldSeeAVersionWithAnotherWritersValue() {
        together("a", Access.put(X, 10, 1));
        together("torn", Access.read(X, 10, 2));
        assertBad("nobody committed");
    }

    @Test
    void shouldSeeAStaleReadInRealTime() {
        between(1, 2, "a", Access.put(X, 10, 1));
        between(3, 4, "b", Access.put(X, 20, 2));
        between(5, 6, "stale", Access.read(X, 10, 1));
        assertBad("cycle");
    }

    @Test
    void shouldSeeAStaleReadOfNothing() {
        between(1, 2, "a", Access.put(X, 10, 1));
        between(3, 4, "stale", Access.readAbsent(X));
        assertBad("too late");
    }

    @Test
    void shouldSeeAWriteThatGoesBackInTime() {
        between(1, 2, "a", Access.put(X, 20, 1));
        between(3, 4, "b", Access.put(X, 10, 2));
        assertBad("cycle");
    }

    @Test
    void shouldSeeADeletionOfNothing() {
        together("a", Access.put(X, 10, 1));
        together("b", Access.delete(X, 20));
        together("c", Access.delete(X, 30));
        assertBad("deletion of nothing");
    }

    @Test
    void shouldSeeAStalePlainRead() {
        between(1, 2, "a", Access.put(X, 10, 1));
        between(3, 4, "b", Access.put(X, 20, 2));
        find(5, 6, Access.read(X, 10, 1));
        assertBad("cycle");
    }

    @Test
    void shouldFindPlainReadsThatSawACommitInParts() {
        between(1, 10, "a", Access.put(X, 10, 1), Access.put(Y, 11, 1));
        find(2, 3, Access.read(X, 10, 1));
        find(4, 5, Access.readAbsent(Y));
        assertBad("cycle");
    }
}
