package dev.quern.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class WindowTest {
    private static Slot take(Window window, int length) {
        Slot slot = window.next();
        assertTrue(slot.free());
        window.take(slot, length);
        window.sent();
        return slot;
    }

    @Test
    void shouldSkipSequenceZeroWhenTheyStartOver() {
        Window window = new Window(4, 1432, -3);
        ArrayDeque<Slot> outstanding = new ArrayDeque<>();
        List<Integer> sequences = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            if (outstanding.size() == 3) {
                window.release(outstanding.remove());
            }
            Slot slot = take(window, 32);
            outstanding.add(slot);
            sequences.add(slot.sequence);
            assertEquals(outstanding.element().sequence, window.oldest());
            assertEquals(outstanding.size(), window.outstanding());
        }
        assertEquals(List.of(-3, -2, -1, 1, 2, 3, 4, 5, 6, 7, 8, 9), sequences);
    }

    @Test
    void shouldNotPassWhatIsStillOutstanding() {
        Window window = new Window(4, 1432, 1);
        Slot first = take(window, 32);
        for (int i = 0; i < 3; i++) {
            window.release(take(window, 32));
        }
        assertFalse(window.next().free(), "5 would say that 1 is not waited for");
        assertEquals(1, window.oldest());
        window.release(first);
        assertTrue(window.next().free());
        assertEquals(5, window.oldest());
        assertEquals(5, window.nextSequence());
    }

    @Test
    void shouldHaveAPlaceForEachOfItsRequests() {
        Window window = new Window(64, 1432, -40);
        List<Slot> outstanding = new ArrayList<>();
        Slot first = take(window, 32);
        outstanding.add(first);
        for (int i = 0; i < 20; i++) {
            window.release(take(window, 32));
        }
        while (window.next().free()) {
            outstanding.add(take(window, 32));
        }
        assertEquals(64 - 20 - 1, window.outstanding(), "20 have come back, and zero is passed over");
        assertEquals(first.sequence, window.oldest());
        assertEquals(
                outstanding.size(),
                outstanding.stream()
                        .map(slot -> slot.inlineMemory.address() + slot.inlineOffset)
                        .distinct()
                        .count());
        for (Slot slot : outstanding) {
            assertSame(slot, window.slot(slot.sequence));
            window.release(slot);
        }
        assertEquals(0, window.outstanding());
    }

    @Test
    void shouldHaveNoMoreSlotsThanItHasNeeded() {
        Window window = new Window(1024, 1432, 1);
        Set<Slot> used = new HashSet<>();
        for (int i = 0; i < 1000; i++) {
            Slot one = take(window, 32);
            Slot two = take(window, 32);
            used.addAll(List.of(one, two));
            window.release(two);
            window.release(one);
        }
        assertTrue(used.size() <= 4, "slots: " + used.size());
    }

    @Test
    void shouldKeepLongMessagesApart() {
        Window window = new Window(4, 1432, 1);
        Slot one = take(window, Slot.INLINE_BYTES + 1);
        Slot two = take(window, Slot.INLINE_BYTES + 1);
        assertNotEquals(one.memory.address(), two.memory.address());
        long address = one.memory.address();
        window.release(one);
        assertEquals(address, take(window, Slot.INLINE_BYTES + 1).memory.address(), "buffers are used again");
    }

    @Test
    void shouldShiftOnlyWhatWasBegunSinceTheLastPoll() {
        Window window = new Window(4, 1432, 1);
        Slot before = take(window, 32);
        window.markPolled();
        Slot after = take(window, 32);
        window.shiftUnpolled(10);
        assertEquals(0, before.deadlineNs);
        assertEquals(10, after.deadlineNs);
        assertEquals(10, after.dueNs);
    }

    @Test
    void shouldMovePiecesWithinItsBounds() {
        Pieces pieces = new Pieces(1000, 16);
        assertEquals(63, pieces.count());
        assertEquals(8, pieces.length(62));
        assertEquals(-1, pieces.at(8));
        assertEquals(-1, pieces.at(1008));
        assertEquals(-1, pieces.at(-16));
        assertEquals(62, pieces.at(992));
        for (int piece = pieces.nextToSend(); piece >= 0; piece = pieces.nextToSend()) {
            pieces.sent(piece);
        }
        assertTrue(pieces.finish(0));
        assertFalse(pieces.finish(0));
        assertEquals(1, pieces.overdue(0));
        assertEquals(-1, pieces.overdue(63));
        for (int piece = 1; piece < 63; piece++) {
            assertFalse(pieces.allDone());
            pieces.finish(piece);
        }
        assertTrue(pieces.allDone());
        assertEquals(-1, pieces.overdue(0));
        Pieces large = new Pieces(1 << 24, 16 * 1024);
        int sent = 0;
        for (int piece = large.nextToSend(); piece >= 0; piece = large.nextToSend()) {
            large.sent(piece);
            sent++;
        }
        assertEquals(4, sent, "64 KiB are on their way");
    }
}
