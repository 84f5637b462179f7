package dev.quern.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A table, waiting for each answer: see {@link ClientTable}, whose methods these are. They throw {@link QuernException}. */
public final class SyncTable {
    private final ClientTable table;

    SyncTable(ClientTable table) {
        this.table = table;
    }

    private <T> T await(CompletableFuture<T> future) {
        return table.client().await(future);
    }

    /** The value of this key; null when there is no record. */
    public byte @Nullable [] get(byte[] key) {
        Value value = getVersioned(key);
        return value == null ? null : value.bytes();
    }

    /** The record of this key; null when there is none. */
    @SuppressWarnings("NullAway") // the future of a nullable value
    public @Nullable Value getVersioned(byte[] key) {
        return await(table.get(key));
    }

    public List<@Nullable Value> multiGet(List<byte[]> keys) {
        return await(table.multiGet(keys));
    }

    public long put(byte[] key, byte[] value) {
        return await(table.put(key, value));
    }

    public long put(byte[] key, byte[] value, PutOptions options) {
        return await(table.put(key, value, options));
    }

    public boolean delete(byte[] key) {
        return await(table.delete(key));
    }

    public long compareAndSet(byte[] key, long expectedVersion, byte[] value) {
        return await(table.compareAndSet(key, expectedVersion, value));
    }

    public long compareAndSet(byte[] key, long expectedVersion, byte[] value, Duration ttl) {
        return await(table.compareAndSet(key, expectedVersion, value, ttl));
    }

    public long increment(byte[] key, long delta) {
        return await(table.increment(key, delta));
    }

    public boolean expire(byte[] key, Duration ttl) {
        return await(table.expire(key, ttl));
    }

    public boolean persist(byte[] key) {
        return await(table.persist(key));
    }

    public long timeToLive(byte[] key) {
        return await(table.timeToLive(key));
    }

    public ScanPage scan(long cursor, int recordsMax, boolean withValues) {
        return await(table.scan(cursor, recordsMax, withValues));
    }

    public RangePage range(KeyRange range, int recordsMax, boolean withValues) {
        return await(table.range(range, recordsMax, withValues));
    }

    /** Every key, by as many steps as it takes; each once or more often. For tables that fit this JVM's memory. */
    public List<byte[]> keys() {
        List<byte[]> keys = new ArrayList<>();
        ScanPage page = scan(0, 1024, false);
        page.entries().forEach(entry -> keys.add(entry.key()));
        while (!page.done()) {
            page = scan(page.cursor(), 1024, false);
            page.entries().forEach(entry -> keys.add(entry.key()));
        }
        return keys;
    }
}
