package dev.quern.server.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class MessageMeterTest {
    private final MessageMeter meter = new MessageMeter();

    @Test
    void shouldMeasureOneTurnOfSome() {
        int measured = 0;
        for (int turn = 0; turn < 10 * MessageMeter.TURNS; turn++) {
            measured += meter.begins() ? 1 : 0;
        }
        assertEquals(10, measured);
    }

    @Test
    void shouldBelieveNothingAtFirst() {
        for (int turn = 1; turn < MessageMeter.MEASURED_MIN; turn++) {
            meter.ended(10_000, 10);
            assertEquals(0, meter.messageNs());
        }
        meter.ended(10_000, 10);
        assertEquals(1_000, meter.messageNs(), 1e-6);
    }

    @Test
    void shouldFollowWhatMessagesCostAndForgetAStall() {
        for (int turn = 0; turn < 100; turn++) {
            meter.ended(16_000, 16);
        }
        meter.ended(5_000_000, 1);
        assertEquals(1_000, meter.messageNs(), 100);
        for (int turn = 0; turn < 1_000; turn++) {
            meter.ended(2_000, 1);
        }
        assertEquals(2_000, meter.messageNs(), 1);
    }
}
