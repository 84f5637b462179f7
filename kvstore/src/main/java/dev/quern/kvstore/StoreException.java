package dev.quern.kvstore;

/** A request on the store's cold paths (tenants, tables, settings) that cannot be met; the message says what to change. */
public final class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public StoreException(String message) {
        super(message);
    }

    public StoreException(String message, Throwable cause) {
        super(message, cause);
    }
}
