package dev.quern.client;

import dev.quern.protocol.PutLayout;
import java.time.Duration;

/** When a put writes, and how long the record lives. Immutable: each method returns another one. */
public final class PutOptions {
    /** Always writes; the record never expires. */
    public static final PutOptions ALWAYS = new PutOptions(PutLayout.TTL_NONE, 0);

    private final long ttlMs;
    private final int conditions;

    private PutOptions(long ttlMs, int conditions) {
        this.ttlMs = ttlMs;
        this.conditions = conditions;
    }

    /** The record expires this long after the server wrote it: at least a millisecond. */
    public PutOptions expireAfter(Duration ttl) {
        return new PutOptions(ClientTable.ttlMs(ttl), conditions);
    }

    /** The record keeps the expiry that it has, if any. */
    public PutOptions keepExpiry() {
        return new PutOptions(PutLayout.TTL_KEEP, conditions);
    }

    /** Writes only when there is no record. */
    public PutOptions ifAbsent() {
        return new PutOptions(ttlMs, PutLayout.IF_ABSENT);
    }

    /** Writes only when there is a record. */
    public PutOptions ifPresent() {
        return new PutOptions(ttlMs, PutLayout.IF_PRESENT);
    }

    long ttlMs() {
        return ttlMs;
    }

    int conditions() {
        return conditions;
    }
}
