package dev.quern.server;

/** A configuration that cannot be: the message says where it stands and what to change. */
public final class ConfigException extends RuntimeException {
    public ConfigException(String message) {
        super(message);
    }
}
