package dev.quern.client;

import dev.quern.protocol.PutLayout;
import dev.quern.protocol.Status;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A table of the tenant, asynchronously; {@link #sync()} is the same with waiting. Keys are 1 to 4096 bytes, values up to 16 MiB.
 *
 * <p>Threads: as the client. Arrays passed in are not copied: leave them alone until the future completes. A future completes on the
 * client's I/O thread: don't block there, use the {@code …Async} methods of the future to go on elsewhere. It completes exceptionally with
 * a {@link QuernException}; a key or value that cannot be is refused at once by {@link QuernException.BadRequest}.
 *
 * <p>Requests that are outstanding together are done in any order. A write whose future ended with
 * {@link QuernException.Timeout} or {@link QuernException.OutcomeUnknown} was done once or not at all.
 */
public final class ClientTable {
    /** The version that a put or a compare-and-set completes with when its condition did not hold. */
    public static final long NOT_WRITTEN = 0;

    /** A time to live: the record never expires. */
    public static final long TTL_NEVER_EXPIRES = -1;

    /** A time to live: there is no record. */
    public static final long TTL_NO_RECORD = -2;

    private final QuernClient client;
    private final TableHandle handle;
    private final long timeoutNs;

    ClientTable(QuernClient client, TableHandle handle, long timeoutNs) {
        this.client = client;
        this.handle = handle;
        this.timeoutNs = timeoutNs;
    }

    public String name() {
        return handle.name();
    }

    TableHandle handle() {
        return handle;
    }

    QuernClient client() {
        return client;
    }

    /** This table with another timeout for its requests. */
    public ClientTable withTimeout(Duration timeout) {
        return new ClientTable(client, handle, QuernClient.timeoutNs(timeout));
    }

    /** The same requests, waited for. */
    public SyncTable sync() {
        return new SyncTable(this);
    }

    /** The record of this key; null when there is none. */
    public CompletableFuture<@Nullable Value> get(byte[] key) {
        return client.submit(TableRequests.get(handle, key, timeoutNs));
    }

    /**
     * The records of up to 1024 keys, in the order of the keys, null where there is none. It is one request to one core, the first key's:
     * saves messages, does not spread over cores, and is no snapshot of all the keys at one moment. For thousands of keys, send several.
     */
    public CompletableFuture<List<@Nullable Value>> multiGet(List<byte[]> keys) {
        return client.submit(TableRequests.multiGet(handle, List.copyOf(keys), timeoutNs));
    }

    /** Writes a record that never expires; completes with its new version. */
    public CompletableFuture<Long> put(byte[] key, byte[] value) {
        return put(key, value, PutOptions.ALWAYS);
    }

    /** Writes a record; completes with its new version, or with {@link #NOT_WRITTEN} when the options' condition did not hold. */
    public CompletableFuture<Long> put(byte[] key, byte[] value, PutOptions options) {
        return client.submit(TableRequests.put(handle, key, value, options.ttlMs(), options.conditions(), timeoutNs));
    }

    /** Deletes a record; completes with whether there was one. */
    public CompletableFuture<Boolean> delete(byte[] key) {
        return client.submit(TableRequests.delete(handle, key, timeoutNs));
    }

    /**
     * Writes a record, which will not expire, if it has the expected version still.
     *
     * @param expectedVersion from {@link Value#version}; 0: there must be no record
     * @return the new version, or {@link #NOT_WRITTEN}: read again and retry
     */
    public CompletableFuture<Long> compareAndSet(byte[] key, long expectedVersion, byte[] value) {
        return client.submit(
                TableRequests.compareAndSet(handle, key, expectedVersion, value, PutLayout.TTL_NONE, timeoutNs));
    }

    /** As {@link #compareAndSet(byte[], long, byte[])}, for a record that expires. */
    public CompletableFuture<Long> compareAndSet(byte[] key, long expectedVersion, byte[] value, Duration ttl) {
        return client.submit(TableRequests.compareAndSet(handle, key, expectedVersion, value, ttlMs(ttl), timeoutNs));
    }

    /** Adds to a decimal counter, from 0 when there is none; completes with the sum. Keeps the expiry. */
    public CompletableFuture<Long> increment(byte[] key, long delta) {
        return client.submit(TableRequests.increment(handle, key, delta, timeoutNs));
    }

    /** Lets a record expire; completes with whether there is one. */
    public CompletableFuture<Boolean> expire(byte[] key, Duration ttl) {
        return client.submit(TableRequests.expire(handle, key, ttlMs(ttl), timeoutNs));
    }

    /** Takes a record's expiry away; completes with whether there is one. */
    public CompletableFuture<Boolean> persist(byte[] key) {
        return client.submit(TableRequests.expire(handle, key, 0, timeoutNs));
    }

    /** The milliseconds that a record has left, or {@link #TTL_NEVER_EXPIRES}, or {@link #TTL_NO_RECORD}. */
    public CompletableFuture<Long> timeToLive(byte[] key) {
        return client.submit(TableRequests.timeToLive(handle, key, timeoutNs));
    }

    /**
     * One step through the table. A record that is there from the first step to the last is seen at least once, possibly more often.
     *
     * @param cursor 0 to start, then {@link ScanPage#cursor}
     * @param recordsMax about how many records to look at, 1 to 4096
     */
    public CompletableFuture<ScanPage> scan(long cursor, int recordsMax, boolean withValues) {
        return client.submit(TableRequests.scan(handle, cursor, recordsMax, withValues, timeoutNs));
    }

    /**
     * The first records of a range, of an ordered table. A record that is there throughout is seen by one of the steps, in order and once.
     *
     * @param range all of it, then {@link RangePage#rest}
     * @param recordsMax at most so many, 1 to 4096; there may be fewer, also before the last step
     */
    public CompletableFuture<RangePage> range(KeyRange range, int recordsMax, boolean withValues) {
        return client.submit(TableRequests.range(handle, range, recordsMax, withValues, timeoutNs));
    }

    static long ttlMs(Duration ttl) {
        long ms = ttl.toMillis();
        if (ms < 1) {
            throw new QuernException.BadRequest("a time to live is at least 1 ms, not " + ttl, Status.BAD_REQUEST);
        }
        return ms;
    }
}
