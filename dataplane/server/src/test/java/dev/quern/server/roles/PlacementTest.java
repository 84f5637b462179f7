package dev.quern.server.roles;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.quern.sandbox.RuntimeCosts;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class PlacementTest {
    private static final long US = 1_000;
    private static final long MS = 1_000_000;

    private final CostModel model =
            new CostModel(new RuntimeCosts(300, 150, 100, 30, 10_000), MessageCosts.DEFAULT, 100 * US);
    private final Placement placement = new Placement(model, MS);
    private final PlaceState now = new PlaceState();

    private FunctionCost taking(long cpuNs, int records) {
        FunctionCost cost = model.unknown();
        for (int i = 0; i < 100; i++) {
            cost.ran(cpuNs, records, records * 100L);
        }
        return cost;
    }

    @Test
    void shouldRunShortFunctionsInlineAndLongOnesWhereTheyHoldNobodyUp() {
        now.hasFunctionCore = true;
        now.requestsPerSecond = 1e6;
        assertEquals(Place.INLINE, placement.choose(taking(2 * US, 4), now));
        assertEquals(Place.FUNCTIONS, placement.choose(taking(300 * US, 4), now));
        now.requestsPerSecond = 10;
        assertEquals(Place.INLINE, placement.choose(taking(300 * US, 4), now));
    }

    @Test
    void shouldAvoidACongestedPlaceWhileAnotherHasRoom() {
        now.hasFunctionCore = true;
        now.requestsPerSecond = 1e6;
        now.functionWaitNs = 3 * MS;
        assertEquals(Place.INLINE, placement.choose(taking(300 * US, 4), now));
        now.inlineWaitNs = 2 * MS;
        assertEquals(Place.INLINE, placement.choose(taking(300 * US, 4), now));
        now.inlineWaitNs = 4 * MS;
        assertEquals(Place.FUNCTIONS, placement.choose(taking(300 * US, 4), now));
    }

    @Test
    void shouldPreferTheTenantsOwnCoreToTheCommonOnes() {
        now.hasFunctionCore = true;
        now.hasDedicatedCore = true;
        now.requestsPerSecond = 1e6;
        assertEquals(Place.DEDICATED, placement.choose(taking(300 * US, 4), now));
    }

    @Test
    void shouldPushBackMuchComputingOnFewRecordsToAClientThatRunsIt() {
        now.clientRuns = true;
        now.roundTripNs = 20 * US;
        assertEquals(Place.PUSHBACK, placement.choose(taking(500 * US, 2), now));
        assertEquals(Place.INLINE, placement.choose(taking(5 * US, 32), now));
        now.leftNs = 400 * US;
        assertEquals(Place.INLINE, placement.choose(taking(500 * US, 2), now));
        now.clientRuns = false;
        now.leftNs = Long.MAX_VALUE;
        assertEquals(Place.INLINE, placement.choose(taking(500 * US, 2), now));
    }

    @Test
    void shouldLearnWhatAFunctionTakes() {
        FunctionCost cost = model.unknown();
        assertEquals(100, cost.cpuNs());
        cost.ran(5_000, 3, 300);
        assertEquals(5_000, cost.cpuNs());
        for (int i = 0; i < 200; i++) {
            cost.ran(9_000, 5, 500);
        }
        assertEquals(9_000, cost.cpuNs(), 10);
        assertEquals(5, cost.records(), 0.01);
    }

    @Test
    void shouldExplainWithEveryPlacesPrice() {
        now.hasFunctionCore = true;
        String text = placement.explain(taking(2 * US, 4), now).toString();
        assertTrue(text.startsWith("runs at INLINE"), text);
        assertTrue(text.contains("PUSHBACK  not here"), text);
        assertEquals(6, text.lines().count());
        assertTrue(text.contains("a message 900 ns (assumed)"), text);
        assertTrue(text.contains("measured by 100 calls"), text);
        now.messageNs = 1_234;
        assertTrue(placement.explain(taking(2 * US, 4), now).toString().contains("a message 1234 ns (measured here)"));
    }

    @Test
    void shouldAllocateNothing() {
        FunctionCost cost = taking(2 * US, 4);
        now.hasFunctionCore = true;
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long least = Long.MAX_VALUE;
        int inline = 0;
        for (int attempt = 0; attempt < 10 && least > 0; attempt++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 10_000; i++) {
                cost.ran(i, 4, 100);
                inline += placement.choose(cost, now) == Place.INLINE ? 1 : 0;
            }
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertEquals(0, least);
        assertTrue(inline > 0);
    }
}
