package dev.quern.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.client.testing.LossyProxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When requests are sent again: the arithmetic, a simulated path with a clock of its own, and a real one that is slow. */
@Timeout(60)
class RetransmitTimerTest {
    private static final long MS = 1_000_000;

    private static RetransmitTimer timer() {
        return new RetransmitTimer(20 * MS, 500 * MS, new SplittableRandom(1));
    }

    @Test
    void shouldSmoothAsRfc6298Says() {
        RetransmitTimer timer = timer();
        assertEquals(20 * MS, timer.timeoutNs());
        timer.measured(40 * MS);
        assertEquals(40 * MS + 4 * 20 * MS, timer.timeoutNs());
        timer.measured(48 * MS);
        // The variation goes from 20 to 17 ms, the smoothed round trip from 40 to 41.
        assertEquals(41 * MS + 4 * 17 * MS, timer.timeoutNs());
    }

    @Test
    void shouldStayBetweenItsFloorAndItsMost() {
        RetransmitTimer timer = timer();
        for (int i = 0; i < 100; i++) {
            timer.measured(100_000);
        }
        assertEquals(5 * MS, timer.timeoutNs());
        for (int i = 0; i < 100; i++) {
            timer.measured(10_000 * MS);
        }
        assertEquals(500 * MS, timer.timeoutNs());
    }

    @Test
    void shouldDoubleForEveryDatagramWithoutAnAnswer() {
        RetransmitTimer timer = timer();
        for (int round = 0; round < 100; round++) {
            timer = timer();
            for (int unanswered = 0; unanswered < 70; unanswered++) {
                long bare = Math.min(20 * MS << Math.min(unanswered, 10), 500 * MS);
                long after = timer.afterNs(unanswered);
                assertTrue(after >= bare && after <= bare + bare / 2, unanswered + ": " + after);
            }
        }
    }

    @Test
    void shouldBeginPatientlyUntilSomethingIsMeasuredAgain() {
        RetransmitTimer timer = timer();
        assertTrue(timer.afterNs(0) <= 30 * MS);
        assertTrue(timer.afterNs(2) >= 80 * MS);
        assertTrue(timer.afterNs(0) >= 80 * MS);
        timer.measured(10 * MS);
        assertTrue(timer.afterNs(0) <= 45 * MS);
    }

    /** One request after the other over a path whose round trips vary by half; time is counted, not waited for. */
    @ParameterizedTest
    @CsvSource({"1", "15", "60", "150"})
    void shouldFollowThePathSoThatLittleIsSentInVain(long roundTripMs) {
        SplittableRandom random = new SplittableRandom(roundTripMs);
        RetransmitTimer timer = timer();
        int inVain = 0;
        for (int request = 0; request < 1_000; request++) {
            long answeredNs = roundTripMs * MS / 2 + random.nextLong(roundTripMs * MS);
            int sends = 1;
            for (long nowNs = timer.afterNs(0); nowNs < answeredNs; nowNs += timer.afterNs(sends++)) {
                inVain++;
            }
            if (sends == 1) {
                timer.measured(answeredNs);
            }
        }
        // Until the first answer to a request that was sent once, each is sent more than once.
        assertTrue(inVain < 30, "sent in vain: " + inVain);
    }

    @Test
    void shouldNotRepeatMuchOverASlowLine() throws Exception {
        try (TestServer server = TestServer.start("secret", 1, 128, 1432);
                LossyProxy proxy = LossyProxy.start(server.address(), 5).delay(1, 60 * MS);
                QuernClient client = QuernClient.connect(ClientConfig.builder()
                        .address(proxy.address())
                        .secret("secret")
                        .requestTimeout(Duration.ofSeconds(20))
                        .build())) {
            SyncTable table = client.table().sync();
            long before = proxy.forwarded();
            for (int i = 0; i < 40; i++) {
                assertEquals(i + 1, table.increment("n".getBytes(StandardCharsets.US_ASCII), 1));
            }
            // A fixed timeout of 20 ms sends each two or three times, and is answered as often.
            assertTrue(proxy.forwarded() - before < 140, "forwarded: " + (proxy.forwarded() - before));
        }
    }
}
