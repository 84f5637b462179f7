package dev.quern.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ShmRingTest {
    private static final int RING_BYTES = Limits.SHM_RING_BYTES_MIN;

    private final MemorySegment memory = Arena.ofAuto().allocate(64 + RING_BYTES, 64);
    private final ShmSender sender = new ShmSender(memory, 64, RING_BYTES, 0);
    private final ShmReceiver receiver = new ShmReceiver(memory, 64, RING_BYTES, 0);

    private boolean send(int length, long mark) {
        long at = sender.reserve();
        if (at < 0) {
            return false;
        }
        Wire.putLong(memory, at, mark);
        Wire.putLong(memory, at + length - Long.BYTES, mark);
        sender.publish(length);
        return true;
    }

    private long receive() {
        long at = receiver.next();
        if (at < 0) {
            receiver.settle();
            return -1;
        }
        long mark = Wire.getLong(memory, at);
        assertEquals(mark, Wire.getLong(memory, at + receiver.length() - Long.BYTES));
        assertEquals(length(mark), receiver.length());
        receiver.take();
        return mark;
    }

    private static int length(long mark) {
        return 8 + (int) (new SplittableRandom(mark).nextInt(Limits.DATAGRAM_BYTES_LOOPBACK / 8) * 8L);
    }

    @Test
    void shouldSeeHowFarTheRingIsFilled() {
        SplittableRandom random = new SplittableRandom(4);
        long sent = 0;
        long received = 0;
        assertEquals(0, receiver.look(10));
        while (received < 2_000) {
            for (int i = random.nextInt(6); i > 0 && send(length(sent), sent); i--) {
                sent++;
            }
            long end = receiver.look(100);
            assertEquals(end, receiver.look(100), "nothing came meanwhile");
            for (int i = random.nextInt(6); i > 0 && received < sent; i--) {
                assertTrue(receiver.taken() < end, "it was seen before it was taken");
                assertEquals(received++, receive());
            }
            assertEquals(received == sent, receiver.taken() >= end, "all that was sent was seen");
        }
        assertFalse(sender.isBroken() || receiver.isBroken());
    }

    @Test
    void shouldLookNoFurtherThanTheRingWhateverItHolds() {
        for (int at = 64; at < 64 + RING_BYTES; at += Integer.BYTES) {
            Wire.putInt(memory, at, 8);
        }
        assertTrue(receiver.look(Integer.MAX_VALUE) <= RING_BYTES);
        for (int at = 64; at < 64 + RING_BYTES; at += Integer.BYTES) {
            Wire.putInt(memory, at, -5);
        }
        assertTrue(receiver.look(Integer.MAX_VALUE) <= RING_BYTES);
    }

    @Test
    void shouldHandOverInOrderWhateverTheLengths() {
        SplittableRandom random = new SplittableRandom(3);
        long sent = 0;
        long received = 0;
        while (received < 20_000) {
            for (int i = random.nextInt(12); i > 0 && send(length(sent), sent); i--) {
                sent++;
            }
            for (int i = random.nextInt(12); i > 0; i--) {
                long mark = receive();
                if (mark < 0) {
                    break;
                }
                assertEquals(received++, mark);
            }
        }
        assertFalse(sender.isBroken() || receiver.isBroken());
    }

    @Test
    void shouldHandOverBetweenThreads() throws Exception {
        int count = 200_000;
        CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> {
            for (long mark = 0; mark < count; mark++) {
                while (!send(length(mark), mark)) {
                    Thread.onSpinWait();
                }
            }
        });
        for (long expected = 0; expected < count; ) {
            long mark = receive();
            if (mark >= 0) {
                assertEquals(expected++, mark);
            }
        }
        sending.get(30, TimeUnit.SECONDS);
    }

    @Test
    void shouldTakeNoMoreThanFits() {
        int sent = 0;
        while (send(Limits.DATAGRAM_BYTES_LOOPBACK, 0)) {
            sent++;
        }
        assertTrue(sent >= 6 && sent < RING_BYTES / Limits.DATAGRAM_BYTES_LOOPBACK + 1, "records: " + sent);
        assertFalse(sender.isBroken());
    }

    @Test
    void shouldBreakOnWhatCannotBe() {
        for (int length :
                new int[] {-2, Integer.MIN_VALUE, Limits.DATAGRAM_BYTES_LOOPBACK + 1, Integer.MAX_VALUE, -1}) {
            ShmReceiver fresh = new ShmReceiver(memory, 64, RING_BYTES, 0);
            Wire.putInt(memory, 64, length);
            assertTrue(fresh.hasNext());
            assertEquals(-1, fresh.next(), "length " + length);
            assertTrue(fresh.isBroken(), "length " + length);
            assertFalse(fresh.hasNext());
        }
        for (long taken : new long[] {-1, 1, Long.MAX_VALUE, Long.MIN_VALUE}) {
            ShmSender fresh = new ShmSender(memory, 64, RING_BYTES, 0);
            Wire.putLong(memory, 0, taken);
            assertFalse(fresh.hasRoom(RING_BYTES + 1L));
            assertTrue(fresh.isBroken(), "taken " + taken);
        }
    }
}
