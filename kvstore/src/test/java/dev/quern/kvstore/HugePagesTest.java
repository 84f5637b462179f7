package dev.quern.kvstore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quern.ffi.linux.Mmap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Where huge pages are wanted the kernel is asked for them, and nowhere else. */
@Timeout(60)
class HugePagesTest {
    private static final Pattern RANGE = Pattern.compile("^([0-9a-f]+)-([0-9a-f]+) .*");

    /** Enough for an index of several huge pages. */
    private static final int RECORDS = 400_000;

    @Test
    void shouldAskForHugePagesOfRecordsAndIndexesOnlyWhenTheyAreWanted() throws IOException {
        Path setting = Path.of("/sys/kernel/mm/transparent_hugepage/enabled");
        assumeTrue(
                Files.exists(setting) && !Files.readString(setting).contains("[never]"),
                "needs a kernel with transparent huge pages");
        assertEquals(0, advisedBytes(false));
        long withIndex = advisedBytes(true);
        long range;
        try (Store store = Store.open()) {
            range = store.createTenant("t", TenantConfig.defaults()).arenaLength() - Mmap.HUGE_PAGE_BYTES;
        }
        assertTrue(withIndex >= range + Mmap.HUGE_PAGE_BYTES, withIndex + " bytes; the records' range is " + range);
    }

    /** By how much more memory a store with many records has the kernel advised to use huge pages. */
    private static long advisedBytes(boolean hugePages) throws IOException {
        long before = advisedBytes();
        try (Store store = Store.open(StoreConfig.defaults().withHugePages(hugePages));
                StoreCore core = store.attach();
                Keys keys = new Keys()) {
            Table table = store.createTenant("t", TenantConfig.defaults()).defaultTable();
            for (int i = 0; i < RECORDS; i++) {
                core.enter(0);
                assertEquals(StoreStatus.OK, keys.key(i).put(table, core));
                core.exit();
            }
            assertTrue(table.stats().indexBytes() > 2 * Mmap.HUGE_PAGE_BYTES);
            return advisedBytes() - before;
        }
    }

    /** In the kernel's own words {@code hg} is huge pages advised. */
    private static long advisedBytes() throws IOException {
        long bytes = 0;
        long range = 0;
        for (String line : Files.readAllLines(Path.of("/proc/self/smaps"))) {
            Matcher matcher = RANGE.matcher(line);
            if (matcher.matches()) {
                range = Long.parseUnsignedLong(matcher.group(2), 16) - Long.parseUnsignedLong(matcher.group(1), 16);
            } else if (line.startsWith("VmFlags:") && List.of(line.split(" ")).contains("hg")) {
                bytes += range;
            }
        }
        return bytes;
    }
}
