package dev.quern.kvstore.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quern.ffi.linux.Mmap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Looks at what the kernel says is resident, of ranges that nobody has touched. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class CommitAheadTest {
    private static final Pattern RANGE = Pattern.compile("^([0-9a-f]+)-([0-9a-f]+) .*");
    private static final Pattern RESIDENT = Pattern.compile("^Rss: +([0-9]+) kB");

    private final CommitAhead ahead = new CommitAhead();
    private final Thread serving = Thread.ofPlatform().daemon().unstarted(() -> {
        try {
            ahead.serve();
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    });

    @BeforeEach
    void needPopulate() throws IOException {
        long address = Mmap.reserve(Mmap.PAGE_BYTES);
        boolean can = Mmap.populate(address, Mmap.PAGE_BYTES);
        Mmap.unmap(address, Mmap.PAGE_BYTES);
        assumeTrue(can, "needs Linux 5.14");
    }

    @AfterEach
    void end() throws InterruptedException {
        serving.interrupt();
        serving.join();
    }

    @Test
    void shouldBackWhatWasAskedFor() throws IOException {
        serving.start();
        long bytes = 64 * Mmap.PAGE_BYTES;
        long address = Mmap.reserve(bytes);
        awaitResident(address, bytes, () -> ahead.request(address, bytes));
        Mmap.unmap(address, bytes);
    }

    @Test
    void shouldServeOnAfterARangeThatIsNone() throws IOException {
        serving.start();
        long gone = Mmap.reserve(Mmap.PAGE_BYTES);
        Mmap.unmap(gone, Mmap.PAGE_BYTES);
        long address = Mmap.reserve(Mmap.PAGE_BYTES);
        awaitResident(address, Mmap.PAGE_BYTES, () -> {
            ahead.request(gone, Mmap.PAGE_BYTES);
            ahead.request(address, Mmap.PAGE_BYTES);
        });
        Mmap.unmap(address, Mmap.PAGE_BYTES);
    }

    @Test
    void shouldBackTheNextHugePageOfAnArenaThatGrows() throws IOException {
        awaitServing();
        try (RecordArena arena = new RecordArena(64 << 20, true, ahead)) {
            // Blocks of whole pages: nothing is written to them.
            for (int i = 0; i < 8; i++) {
                assertNotEquals(0, arena.takeLarge(1 << 20));
            }
            awaitResident(arena.address() + Mmap.HUGE_PAGE_BYTES, Mmap.HUGE_PAGE_BYTES, () -> {});
        }
    }

    @Test
    void shouldLeaveASmallArenaAlone() throws IOException {
        awaitServing();
        try (RecordArena arena = new RecordArena(64 << 20, true, ahead)) {
            for (int i = 0; i < 8; i++) {
                assertNotEquals(0, arena.takeLarge(128 << 10));
            }
            long address = Mmap.reserve(Mmap.PAGE_BYTES);
            awaitResident(address, Mmap.PAGE_BYTES, () -> ahead.request(address, Mmap.PAGE_BYTES));
            assertEquals(0, resident(arena.address() + Mmap.HUGE_PAGE_BYTES));
            Mmap.unmap(address, Mmap.PAGE_BYTES);
        }
    }

    private void awaitServing() throws IOException {
        serving.start();
        long address = Mmap.reserve(Mmap.PAGE_BYTES);
        awaitResident(address, Mmap.PAGE_BYTES, () -> ahead.request(address, Mmap.PAGE_BYTES));
        Mmap.unmap(address, Mmap.PAGE_BYTES);
    }

    /** Asks again and again, as nothing is taken before the thread serves. */
    private static void awaitResident(long address, long bytes, Runnable asking) throws IOException {
        while (resident(address) < bytes) {
            asking.run();
            Thread.onSpinWait();
        }
    }

    /** Resident bytes of the mapping that holds this address. */
    private static long resident(long address) throws IOException {
        boolean inside = false;
        for (String line : Files.readAllLines(Path.of("/proc/self/smaps"))) {
            Matcher range = RANGE.matcher(line);
            Matcher rss = RESIDENT.matcher(line);
            if (range.matches()) {
                inside = Long.parseUnsignedLong(range.group(1), 16) <= address
                        && address < Long.parseUnsignedLong(range.group(2), 16);
            } else if (inside && rss.find()) {
                return Long.parseLong(rss.group(1)) << 10;
            }
        }
        return 0;
    }
}
