package dev.quern.kvstore;

import java.util.Arrays;

/** What a tenant is made with: its secret, its memory quota, and how its default table is made. */
public final class TenantConfig {
    private final byte[] secret;
    private final long quotaBytes;
    private final TableConfig defaultTable;

    /**
     * Checks what is given.
     *
     * @param secret what its clients prove that they know; empty for a tenant that is open to all
     * @param quotaBytes from {@link Limits#QUOTA_BYTES_MIN} to {@link Limits#QUOTA_BYTES_MAX}
     */
    public TenantConfig(byte[] secret, long quotaBytes) {
        this(secret, quotaBytes, TableConfig.defaults());
    }

    private TenantConfig(byte[] secret, long quotaBytes, TableConfig defaultTable) {
        if (quotaBytes < Limits.QUOTA_BYTES_MIN || quotaBytes > Limits.QUOTA_BYTES_MAX) {
            throw new StoreException("the quota is " + quotaBytes + " bytes; choose from " + Limits.QUOTA_BYTES_MIN
                    + " to " + Limits.QUOTA_BYTES_MAX);
        }
        this.secret = secret.clone();
        this.quotaBytes = quotaBytes;
        this.defaultTable = defaultTable;
    }

    /** Open to all, with {@link Limits#QUOTA_BYTES_DEFAULT}. */
    public static TenantConfig defaults() {
        return new TenantConfig(new byte[0], Limits.QUOTA_BYTES_DEFAULT);
    }

    public TenantConfig withSecret(byte[] newSecret) {
        return new TenantConfig(newSecret, quotaBytes, defaultTable);
    }

    public TenantConfig withQuotaBytes(long newQuotaBytes) {
        return new TenantConfig(secret, newQuotaBytes, defaultTable);
    }

    /** How the table is made that every tenant has. */
    public TenantConfig withDefaultTable(TableConfig newDefaultTable) {
        return new TenantConfig(secret, quotaBytes, newDefaultTable);
    }

    public byte[] secret() {
        return secret.clone();
    }

    public long quotaBytes() {
        return quotaBytes;
    }

    public TableConfig defaultTable() {
        return defaultTable;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TenantConfig config
                && config.quotaBytes == quotaBytes
                && config.defaultTable.equals(defaultTable)
                && Arrays.equals(config.secret, secret);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(secret) * 31 + Long.hashCode(quotaBytes);
    }

    /** Without the secret. */
    @Override
    public String toString() {
        return "TenantConfig[quotaBytes=" + quotaBytes + ", defaultTable=" + defaultTable + ", secret="
                + (secret.length == 0 ? "none" : "set") + "]";
    }
}
