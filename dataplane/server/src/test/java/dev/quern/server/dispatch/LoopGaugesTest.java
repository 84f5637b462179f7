package dev.quern.server.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class LoopGaugesTest {
    private static final long MS = 1_000_000;

    private final LoopGauges gauges = new LoopGauges();

    @Test
    void shouldCountTurnsThatFoundWorkAndTheOneThatLasts() {
        gauges.turn(0, false);
        gauges.turn(MS, true);
        assertEquals(MS, gauges.busyNs(MS));
        assertEquals(3 * MS, gauges.busyNs(3 * MS), "it lasts");
        gauges.turn(4 * MS, true);
        assertEquals(4 * MS, gauges.busyNs(4 * MS));
    }

    @Test
    void shouldNotTakeBackATurnThatLastedAndFoundNothing() {
        gauges.turn(0, false);
        gauges.turn(MS, true);
        assertEquals(6 * MS, gauges.countedBusyNs(6 * MS));
        gauges.turn(6 * MS, false);
        assertEquals(6 * MS, gauges.countedBusyNs(6 * MS));
        assertEquals(MS, gauges.busyNs(6 * MS));
        gauges.turn(8 * MS, true);
        assertEquals(6 * MS, gauges.countedBusyNs(8 * MS), "it was busy for three, and six were told");
        gauges.turn(13 * MS, true);
        assertEquals(8 * MS, gauges.countedBusyNs(13 * MS));
    }
}
