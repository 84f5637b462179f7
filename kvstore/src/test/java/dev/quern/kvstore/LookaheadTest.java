package dev.quern.kvstore;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quern.ffi.linux.NativeMemory;
import java.lang.foreign.Arena;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Looking ahead must neither change nor touch anything that it may not, whatever the keys are. */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class LookaheadTest {
    private static final int KEYS = 500;

    @Test
    void shouldLeaveRecordsAsTheyAreForKeysThatAreThereAndOthers() {
        try (Store store = Store.open();
                StoreCore core = store.attach();
                Arena arena = Arena.ofConfined()) {
            Table table = store.createTenant("t", TenantConfig.defaults()).defaultTable();
            for (int i = 0; i < KEYS; i++) {
                assertEquals(StoreStatus.OK, table.put(core, key(i), value(i)));
            }
            long address = arena.allocate(8, 8).address();
            Lookahead lookahead = new Lookahead();
            core.enter(1);
            for (int i = 0; i < 2 * KEYS; i++) {
                NativeMemory.copyFromArray(key(i), 0, address, 8);
                lookahead.add(table, address, 8, true);
                lookahead.add(table, address, 0, true);
                lookahead.add(table, address, Limits.KEY_BYTES_MAX + 1, true);
                if (i % 100 == 0) {
                    lookahead.load();
                }
            }
            lookahead.load();
            core.exit();
            assertEquals(KEYS, table.size());
            for (int i = 0; i < KEYS; i++) {
                assertArrayEquals(value(i), table.get(core, key(i)));
            }
        }
    }

    private static byte[] key(int i) {
        return new byte[] {1, 2, 3, 4, 5, 6, (byte) (i >>> 8), (byte) i};
    }

    private static byte[] value(int i) {
        return new byte[i * 13 % 6000];
    }
}
