package dev.quern.kvstore;

import dev.quern.ffi.linux.NativeMemory;
import java.lang.foreign.Arena;

/** Takes the lower part of a tenant's range, so that what is put afterwards lies far behind; touches next to none of it. */
public final class Ballast {
    private Ballast() {}

    /** Holds records of the greatest length that have no value until one begins past so many bytes of the range. */
    public static void fill(StoreCore core, Tenant tenant, long rangeBytes) {
        try (Arena arena = Arena.ofConfined()) {
            long key = arena.allocate(Long.BYTES, Long.BYTES).address();
            core.enter(0);
            long record;
            do {
                record = core.allocate(tenant, key, Long.BYTES, Limits.VALUE_BYTES_MAX, Record.NO_EXPIRY);
                if (record == Record.NONE) {
                    throw new AssertionError("the quota is too small for the ballast");
                }
            } while (record < tenant.arenaAddress() + rangeBytes);
            core.exit();
        }
    }

    /** How far behind the beginning of the tenant's range the record of a key lies. */
    public static long offset(StoreCore core, Table table, byte[] key) {
        try (Arena arena = Arena.ofConfined()) {
            long address = arena.allocate(key.length).address();
            NativeMemory.copyFromArray(key, 0, address, key.length);
            core.enter(0);
            long record = table.find(core, address, key.length);
            core.exit();
            return record - table.tenant().arenaAddress();
        }
    }
}
