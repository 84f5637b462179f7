package dev.quern.client;

import java.nio.charset.StandardCharsets;

/**
 * A record's value and its version, which {@link ClientTable#compareAndSet} takes. The bytes are the caller's own.
 *
 * @param version another one after every write; 0 only for what a {@link TransactionResult} read of its own writes
 */
@SuppressWarnings("ArrayRecordComponent") // a value is bytes; it is compared by its version
public record Value(long version, byte[] bytes) {
    /** The bytes read as UTF-8. */
    public String text() {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
