package dev.quern.kvstore;

import dev.quern.kvstore.memory.RecordLayout;

/** Every bound of the store, each with its reason. */
public final class Limits {
    /** Keys hold at least one byte, so that an address and a length always name one. */
    public static final int KEY_BYTES_MIN = 1;

    /** Long enough for any path or composite key; short enough that a key never needs more than two pages. */
    public static final int KEY_BYTES_MAX = 4096;

    /** A larger thing is a file. */
    public static final int VALUE_BYTES_MAX = 16 << 20;

    /**
     * 1 TiB: a tenant reserves three times as many addresses, and a process has 128 TiB. A wasm32 function reads the first 3 GiB at most
     * in place; what lies beyond is copied for it.
     */
    public static final long QUOTA_BYTES_MAX = 1L << 40;

    /** Below this a tenant could not hold the index of one table. */
    public static final long QUOTA_BYTES_MIN = 64 << 10;

    /** What {@link TenantConfig} gives when nothing is said. */
    public static final long QUOTA_BYTES_DEFAULT = 1L << 30;

    /** Each tenant reserves address space; Linux allows a process 65,530 mappings by default, and a tenant takes a few. */
    public static final int TENANTS_MAX = 16_384;

    /** Table ids travel as 16 bits; a tenant that needs more has keys to put them in. */
    public static final int TABLES_MAX = 1024;

    /** Names of tenants and tables. */
    public static final int NAME_CHARACTERS_MAX = 64;

    /** A core's index fits the 10 bits that bucket locks and record versions give it. */
    public static final int CORES_MAX = 1 << 10;

    /** Reads and writes that one transaction may remember: past it, work is better split. */
    public static final int TRANSACTION_READS_MAX = 1 << 20;

    /** See {@link #TRANSACTION_READS_MAX}. */
    public static final int TRANSACTION_WRITES_MAX = 1 << 14;

    static {
        if (VALUE_BYTES_MAX >= 1 << RecordLayout.VALUE_LENGTH_BITS || KEY_BYTES_MAX >= 1 << Short.SIZE) {
            throw new ExceptionInInitializerError("a record's header must hold the longest lengths");
        }
    }

    private Limits() {}
}
