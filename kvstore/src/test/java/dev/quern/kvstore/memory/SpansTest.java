package dev.quern.kvstore.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.ffi.linux.Mmap;
import dev.quern.ffi.linux.NativeMemory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Runs of pages, against a plain set of the pages in use. */
@Timeout(60)
class SpansTest {
    private static final int PAGES = 4096;
    private static final int STEP_PAGES = 64;

    private final long address;
    private final PageTable table;

    SpansTest() throws IOException {
        address = Mmap.reserve((long) PAGES * SizeClasses.PAGE_BYTES);
        table = new PageTable(PAGES);
    }

    @AfterEach
    void close() throws IOException {
        table.close();
        Mmap.unmap(address, (long) PAGES * SizeClasses.PAGE_BYTES);
    }

    private record Span(int page, int pages) {}

    @Test
    void shouldNeverHandOutAPageTwiceAndLoseNone() {
        for (long seed = 0; seed < 20; seed++) {
            Random random = new Random(seed);
            Spans spans = new Spans(address, table, PAGES, PAGES, new CommitAhead());
            BitSet used = new BitSet(PAGES);
            List<Span> held = new ArrayList<>();
            int refused = 0;
            for (int i = 0; i < 20_000; i++) {
                // The balance sways, so that the range fills up and empties again.
                boolean isAllocation = random.nextInt(100) < (i / 2000 % 2 == 0 ? 60 : 40);
                if (isAllocation || held.isEmpty()) {
                    int pages = 1 + random.nextInt(random.nextInt(10) == 0 ? 200 : 12);
                    int page = spans.allocate(pages);
                    if (page == Spans.NONE) {
                        refused++;
                        continue;
                    }
                    assertTrue(page >= 0 && page + pages <= PAGES, "seed " + seed);
                    assertTrue(used.get(page, page + pages).isEmpty(), "overlap, seed " + seed + " step " + i);
                    used.set(page, page + pages);
                    held.add(new Span(page, pages));
                } else {
                    Span span = held.remove(random.nextInt(held.size()));
                    spans.free(span.page, span.pages);
                    used.clear(span.page, span.page + span.pages);
                }
                assertEquals(used.cardinality(), spans.usedPages());
                spans.maintain(i, STEP_PAGES);
                assertTrue(spans.usedPages() <= spans.committedPages());
            }
            assertTrue(refused > 0, "the range never filled up, seed " + seed);
            for (Span span : held) {
                spans.free(span.page, span.pages);
            }
            assertEquals(0, spans.allocate(PAGES), "free pages did not come together again, seed " + seed);
            spans.free(0, PAGES);
            giveAllBack(spans, 1_000_000);
        }
    }

    @Test
    void shouldGiveBackWhatStaysFreeAndKeepWhatIsInDemand() {
        Spans spans = new Spans(address, table, PAGES, PAGES, new CommitAhead());
        int kept = spans.allocate(10);
        int freed = spans.allocate(1000);
        NativeMemory.putLong(spans.addressOf(kept), 1);
        NativeMemory.putLong(spans.addressOf(freed), 1);
        spans.free(freed, 1000);
        assertEquals(1010, spans.committedPages());
        // In demand within each second: nothing goes.
        for (long nowMs = 1000; nowMs < 10_000; nowMs += 500) {
            int again = spans.allocate(1000);
            spans.free(again, 1000);
            spans.maintain(nowMs, STEP_PAGES);
            assertEquals(1010, spans.committedPages());
        }
        giveAllBack(spans, 10_000);
        assertEquals(10, spans.committedPages());
        assertEquals(1, NativeMemory.getLong(spans.addressOf(kept)));
        assertEquals(0, NativeMemory.getLong(spans.addressOf(freed)), "the page still holds what was in it");
    }

    private static void giveBack(Spans spans, long fromMs) {
        for (long nowMs = fromMs; nowMs < fromMs + 5000; nowMs += 1000) {
            while (spans.maintain(nowMs, STEP_PAGES) > 0) {}
        }
    }

    private static void giveAllBack(Spans spans, long fromMs) {
        giveBack(spans, fromMs);
        assertEquals(spans.usedPages(), spans.committedPages());
    }

    @Test
    void shouldCommitNoMorePagesThanAllowed() {
        Spans spans = new Spans(address, table, 100, PAGES, new CommitAhead());
        int first = spans.allocate(60);
        int second = spans.allocate(40);
        assertEquals(Spans.NONE, spans.allocate(1));
        // Free pages elsewhere are given back to make room for a longer span.
        spans.free(first, 60);
        int behind = spans.allocate(61);
        if (behind == Spans.NONE) {
            behind = spans.allocate(60);
        }
        assertNotEquals(Spans.NONE, behind);
        assertTrue(spans.committedPages() <= 100);
        spans.free(second, 40);
        int third = spans.allocate(30);
        assertNotEquals(Spans.NONE, third);
        assertTrue(spans.committedPages() <= 100);
    }

    @Test
    void shouldTakeAndGiveHugePagesAsAWhole() {
        int huge = Spans.HUGE_PAGES;
        Spans spans = new Spans(address, table, PAGES, huge, new CommitAhead());
        int small = spans.allocate(3);
        assertEquals(3, spans.committedPages());
        int across = spans.allocate(huge);
        assertEquals(2 * huge, spans.committedPages());
        int behind = spans.allocate(huge);
        assertEquals(3 * huge, spans.committedPages());
        spans.free(across, huge);
        giveBack(spans, 10_000);
        // Of the first huge page only small ones were in use, the second holds some of what is behind.
        assertEquals(3 + 2 * huge, spans.committedPages());
        spans.free(behind, huge);
        giveBack(spans, 20_000);
        assertEquals(3, spans.committedPages());
        spans.free(small, 3);
        giveBack(spans, 30_000);
        assertEquals(0, spans.committedPages());
    }

    @Test
    void shouldNoticeASecondFree() {
        Spans spans = new Spans(address, table, PAGES, PAGES, new CommitAhead());
        int page = spans.allocate(3);
        spans.free(page, 3);
        assertThrows(IllegalStateException.class, () -> spans.free(page, 3));
    }
}
