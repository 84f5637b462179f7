package dev.quern.kvstore;

import java.util.Arrays;

/** What a tenant is made with: its secret and its memory quota. */
public final class TenantConfig {
    private final byte[] secret;
    private final long quotaBytes;

    /**
     * Checks what is given.
     *
     * @param secret what its clients prove that they know; empty for a tenant that is open to all
     * @param quotaBytes from {@link Limits#QUOTA_BYTES_MIN} to {@link Limits#QUOTA_BYTES_MAX}
     */
    public TenantConfig(byte[] secret, long quotaBytes) {
        if (quotaBytes < Limits.QUOTA_BYTES_MIN || quotaBytes > Limits.QUOTA_BYTES_MAX) {
            throw new StoreException("the quota is " + quotaBytes + " bytes; choose from " + Limits.QUOTA_BYTES_MIN
                    + " to " + Limits.QUOTA_BYTES_MAX);
        }
        this.secret = secret.clone();
        this.quotaBytes = quotaBytes;
    }

    /** Open to all, with {@link Limits#QUOTA_BYTES_DEFAULT}. */
    public static TenantConfig defaults() {
        return new TenantConfig(new byte[0], Limits.QUOTA_BYTES_DEFAULT);
    }

    public TenantConfig withSecret(byte[] newSecret) {
        return new TenantConfig(newSecret, quotaBytes);
    }

    public TenantConfig withQuotaBytes(long newQuotaBytes) {
        return new TenantConfig(secret, newQuotaBytes);
    }

    public byte[] secret() {
        return secret.clone();
    }

    public long quotaBytes() {
        return quotaBytes;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TenantConfig config
                && config.quotaBytes == quotaBytes
                && Arrays.equals(config.secret, secret);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(secret) * 31 + Long.hashCode(quotaBytes);
    }

    /** Without the secret. */
    @Override
    public String toString() {
        return "TenantConfig[quotaBytes=" + quotaBytes + ", secret=" + (secret.length == 0 ? "none" : "set") + "]";
    }
}
