package dev.quern.server.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.net.NetLimits;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who is believed about where a neighbour is. Time is what the test says. */
@Timeout(100)
class NeighboursTest {
    private static final long ALL = Neighbours.NONE;
    private static final long MAC = 0x0200_0000_0001L;
    private static final long OTHER_MAC = 0x0200_0000_0666L;
    private static final long WHO = Host.mapped(0x0A01_0001);
    private static final long GATEWAY = Host.mapped(0x0A01_00FE);

    private final Neighbours neighbours = new Neighbours(0, GATEWAY, 0, 0, 0);
    private final List<Long> asked = new ArrayList<>();
    private final Neighbours.Asker asker = (high, low, mac) -> {
        if (low == WHO) {
            asked.add(mac);
        }
    };
    private long nowNs;

    private void pass(long seconds) {
        for (long end = nowNs + TimeUnit.SECONDS.toNanos(seconds); nowNs < end; ) {
            nowNs += NetLimits.NEIGHBOUR_TICK_NS;
            neighbours.tick(nowNs, asker);
        }
    }

    private void confirm() {
        assertTrue(neighbours.want(0, WHO, nowNs, asker));
        assertTrue(neighbours.answered(0, WHO, MAC, nowNs));
        asked.clear();
    }

    @Test
    void shouldAskAllThreeTimesAndForget() {
        neighbours.want(0, WHO, nowNs, asker);
        pass(10);
        assertEquals(List.of(ALL, ALL, ALL), asked);
        assertEquals(Neighbours.NONE, neighbours.find(0, WHO));
        assertFalse(neighbours.answered(0, WHO, MAC, nowNs), "nobody asks any more");
    }

    @Test
    void shouldBelieveNobodyWhoWasNotAsked() {
        assertFalse(neighbours.answered(0, WHO, OTHER_MAC, nowNs));
        assertEquals(Neighbours.NONE, neighbours.find(0, WHO));
        confirm();
        assertFalse(neighbours.answered(0, WHO, OTHER_MAC, nowNs));
        assertEquals(MAC, neighbours.find(0, WHO));
    }

    @Test
    void shouldNotBeTalkedOutOfANeighbourWhoIsThere() {
        confirm();
        for (int i = 0; i < 100; i++) {
            neighbours.claimed(0, WHO, OTHER_MAC, nowNs, asker);
            neighbours.asked(0, WHO, OTHER_MAC, nowNs, asker);
            assertFalse(neighbours.answered(0, WHO, OTHER_MAC, nowNs), "the old place alone was asked");
            assertEquals(MAC, neighbours.find(0, WHO));
        }
        assertEquals(List.of(MAC), asked, "one question for all that was claimed");
        assertTrue(neighbours.answered(0, WHO, MAC, nowNs));
        pass(20);
        assertEquals(MAC, neighbours.find(0, WHO));
    }

    @Test
    void shouldFollowANeighbourWhoHasMoved() {
        confirm();
        neighbours.claimed(0, WHO, OTHER_MAC, nowNs, asker);
        pass(3);
        assertEquals(List.of(MAC, MAC, MAC, ALL), asked);
        assertTrue(neighbours.answered(0, WHO, OTHER_MAC, nowNs));
        assertEquals(OTHER_MAC, neighbours.find(0, WHO));
    }

    @Test
    void shouldAskAgainWhomItWritesToAndNotOthers() {
        confirm();
        pass(40);
        assertEquals(List.of(), asked);
        assertEquals(MAC, neighbours.find(0, WHO));
        pass(1);
        assertEquals(List.of(MAC), asked.subList(0, 1));
        assertTrue(neighbours.answered(0, WHO, MAC, nowNs));
        asked.clear();
        pass(700);
        assertEquals(List.of(), asked);
        assertEquals(Neighbours.NONE, neighbours.find(0, WHO), "forgotten after ten minutes of silence");
    }

    @Test
    void shouldKeepTheGatewayFresh() {
        List<Long> gateway = new ArrayList<>();
        Neighbours.Asker counting = (high, low, mac) -> {
            if (low == GATEWAY) {
                gateway.add(mac);
            }
        };
        for (int i = 0; i < 100; i++) {
            nowNs += NetLimits.NEIGHBOUR_ASK_NS;
            neighbours.tick(nowNs, counting);
            neighbours.answered(0, GATEWAY, MAC, nowNs);
        }
        assertEquals(MAC, neighbours.find(0, GATEWAY));
        assertTrue(gateway.size() >= 3 && gateway.size() <= 6, () -> "asked " + gateway.size() + " times in 100 s");
    }

    @Test
    void shouldStayBoundedAndKeepWhoAnswered() {
        confirm();
        for (int i = 0; i < 1_000_000; i++) {
            neighbours.asked(0, Host.mapped(0x0B00_0000 + i), OTHER_MAC, nowNs, asker);
        }
        assertEquals(MAC, neighbours.find(0, WHO));
        int known = 0;
        for (int i = 0; i < 1_000_000; i++) {
            known += neighbours.find(0, Host.mapped(0x0B00_0000 + i)) == Neighbours.NONE ? 0 : 1;
        }
        assertTrue(known > 0 && known < NetLimits.NEIGHBOURS, "known: " + known);
    }

    @Test
    void shouldLookUpWholeEntriesWhileTheyChange() throws InterruptedException {
        confirm();
        Thread writer = Thread.ofPlatform().start(() -> {
            for (int i = 0; i < 200_000; i++) {
                // The address tells whose it is: what belongs to another would show.
                neighbours.asked(0, Host.mapped(0x0B00_0000 + i), 0x0200_0B00_0000L + i, 0, asker);
            }
        });
        while (writer.isAlive()) {
            for (int i = 0; i < 4096; i++) {
                long mac = neighbours.find(0, Host.mapped(0x0B00_0000 + i));
                if (mac != Neighbours.NONE) {
                    assertEquals(0x0200_0B00_0000L + i, mac);
                }
            }
        }
        writer.join();
    }
}
