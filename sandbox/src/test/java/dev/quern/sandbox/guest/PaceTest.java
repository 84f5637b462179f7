package dev.quern.sandbox.guest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How ticks become looks. */
@Timeout(60)
class PaceTest {
    private static final int TICKS = 100_000;

    private long looks;

    @Test
    void shouldAllocateNothingForTicksAndLooks() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        Pace pace = new Pace(nowNs -> looks++);
        pace.begin(System.nanoTime());
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 5; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < TICKS; i++) {
                pace.tick();
            }
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertEquals(0, least);
        assertTrue(looks > 0);
    }

    @Test
    void shouldLookAtOnceWhenAsked() {
        Pace pace = new Pace(nowNs -> looks++);
        pace.begin(System.nanoTime());
        pace.look();
        assertEquals(1, looks);
    }

    @Test
    void shouldLookSoonAfterACallBegins() {
        Pace pace = new Pace(nowNs -> looks++);
        for (int call = 1; call <= 10; call++) {
            pace.begin(System.nanoTime());
            for (int i = 0; i < 8 && looks < call; i++) {
                pace.tick();
            }
            assertEquals(call, looks);
        }
    }

    @Test
    void shouldLetALookEndTheCallAndBeginAnew() {
        Pace pace = new Pace(nowNs -> {
            looks++;
            throw new GuestTrap(GuestTrap.Reason.DEADLINE, "over");
        });
        pace.begin(System.nanoTime());
        assertThrows(GuestTrap.class, pace::look);
        pace.begin(System.nanoTime());
        assertThrows(GuestTrap.class, pace::look);
        assertEquals(2, looks);
    }
}
