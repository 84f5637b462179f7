package dev.quern.kvstore;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.ffi.linux.Mmap;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a tenant's memory is used for, and that it is given back. */
@Timeout(120)
class MemoryTest {
    private static final long QUOTA_BYTES = 64 << 20;

    private final Store store = Store.open(new StoreConfig(4, 42, false, false));
    private final Tenant tenant =
            store.createTenant("t", TenantConfig.defaults().withQuotaBytes(QUOTA_BYTES));
    private final Table table = tenant.defaultTable();
    private final Keys keys = new Keys();
    private final StoreCore core = store.attach();
    private long nowMs = 1_000_000;

    @AfterEach
    void close() {
        core.close();
        store.close();
        keys.close();
    }

    @Test
    void shouldServeEveryValueSizeInTurnUpToTheQuotaAndGiveThePagesBack() throws IOException {
        for (int valueLength : new int[] {100, 4 << 10, 1 << 20, 100}) {
            int records = fill(valueLength);
            long spare = tenant.quotaBytes() - tenant.chargedBytes();
            assertTrue(
                    spare < valueLength * 5 / 4 + QUOTA_BYTES / 50,
                    "refused " + valueLength + " bytes with " + spare + " bytes left");
            assertTrue(
                    tenant.residentBytes() <= QUOTA_BYTES * 5 / 4,
                    "values of " + valueLength + " bytes: resident " + tenant.residentBytes());
            assertTrue(systemResidentBytes() <= tenant.residentBytes());
            for (int i = 0; i < records; i++) {
                core.enter(nowMs);
                assertEquals(StoreStatus.OK, keys.key(i).delete(table, core));
                core.exit();
            }
        }
        long full = systemResidentBytes();
        assertTrue(full > QUOTA_BYTES / 2, "resident " + full);
        for (int i = 0; i < 5; i++) {
            while (core.maintain(nowMs, 256) > 0) {}
            nowMs += 1000;
        }
        assertEquals(0, tenant.residentBytes());
        assertEquals(0, systemResidentBytes());
    }

    @Test
    void shouldServeAPutRightAfterAFullTableWasCleared() {
        Table other = tenant.createTable("other", TableConfig.defaults());
        keys.valueLength(2 << 10);
        core.enter(nowMs);
        for (int i = 0; i < 1000; i++) {
            assertEquals(StoreStatus.OK, keys.key(i).put(other, core));
        }
        core.exit();
        int records = fill(100);
        try (StoreCore second = store.attach()) {
            core.enter(nowMs);
            table.clear(core);
            core.exit();
            for (int valueLength : new int[] {100, 1 << 20, 4 << 10}) {
                for (StoreCore writer : List.of(core, second)) {
                    writer.enter(nowMs);
                    int status = keys.key(valueLength).valueLength(valueLength).put(table, writer);
                    writer.exit();
                    assertEquals(StoreStatus.OK, status, valueLength + " bytes after " + records + " records");
                }
            }
            while (core.maintain(nowMs, 256) > 0) {}
            assertEquals(3, table.size());
            assertEquals(1000, other.size());
        }
    }

    @Test
    void shouldNotTakeAwayWhatWasClearedWhileAnotherCoreMayReadIt() {
        fill(100);
        try (StoreCore reader = store.attach()) {
            reader.enter(nowMs);
            long record = keys.key(0).find(table, reader);
            byte[] value = Record.value(record);
            core.enter(nowMs);
            table.clear(core);
            core.exit();
            core.enter(nowMs);
            assertEquals(
                    StoreStatus.OVER_QUOTA, keys.key(1).valueLength(1 << 20).put(table, core));
            core.exit();
            assertArrayEquals(value, Record.value(record));
            reader.exit();
            core.enter(nowMs);
            assertEquals(StoreStatus.OK, keys.put(table, core));
            core.exit();
        }
    }

    private int fill(int valueLength) {
        int records = 0;
        keys.valueLength(valueLength);
        for (; ; ) {
            core.enter(nowMs);
            int status = keys.key(records).put(table, core);
            core.exit();
            if (status == StoreStatus.OVER_QUOTA) {
                return records;
            }
            assertEquals(StoreStatus.OK, status);
            records++;
        }
    }

    /** What the kernel holds of the tenant's range: the pages that /proc/self/pagemap calls present. */
    private long systemResidentBytes() throws IOException {
        ByteBuffer entries = ByteBuffer.allocate(Math.toIntExact(tenant.arenaLength() / Mmap.PAGE_BYTES * Long.BYTES))
                .order(ByteOrder.LITTLE_ENDIAN);
        try (FileChannel pages = FileChannel.open(Path.of("/proc/self/pagemap"))) {
            long offset = tenant.arenaAddress() / Mmap.PAGE_BYTES * Long.BYTES;
            while (entries.hasRemaining()) {
                assertTrue(pages.read(entries, offset + entries.position()) > 0);
            }
        }
        entries.flip();
        long bytes = 0;
        while (entries.hasRemaining()) {
            bytes += entries.getLong() < 0 ? Mmap.PAGE_BYTES : 0;
        }
        return bytes;
    }
}
