package dev.quern.server;

import dev.quern.protocol.Limits;
import dev.quern.server.session.SessionConfig;

/** What native sessions may have: the {@code sessions} keys. Collected by {@link ServerConfig.Builder#sessions}. */
public final class SessionSettings {
    private int perCoreMax = 4096;
    private int window = Limits.WINDOW_DEFAULT;
    private int idleMs = Limits.SESSION_IDLE_MS_DEFAULT;
    private long outcomeBytesMax = 64L << 20;
    private long largeBytesMax = 256L << 20;

    SessionSettings() {}

    /** Sessions open at a time, on one core. */
    public SessionSettings perCoreMax(int sessions) {
        perCoreMax = ConfigKey.range("sessions.per_core_max", sessions, 1, 1 << 16);
        return this;
    }

    /** Requests outstanding in a session, a power of two. */
    public SessionSettings window(int requests) {
        window = ConfigKey.range("sessions.window", requests, 1, Limits.WINDOW_MAX);
        if (Integer.bitCount(window) != 1) {
            throw new ConfigException("sessions.window is " + requests + ": it must be a power of two");
        }
        return this;
    }

    /** Silence after which a session is forgotten. */
    public SessionSettings idleMs(int ms) {
        idleMs = ConfigKey.range("sessions.idle_ms", ms, 100, 86_400_000);
        return this;
    }

    /** Memory for the outcomes kept for retransmissions, on one core. */
    public SessionSettings outcomeBytesMax(long bytes) {
        outcomeBytesMax = ConfigKey.range("sessions.outcome_bytes_max", bytes, 1L << 20, 1L << 36);
        return this;
    }

    /** Memory for bodies longer than a datagram, on one core. */
    public SessionSettings largeBytesMax(long bytes) {
        largeBytesMax = ConfigKey.range("sessions.large_bytes_max", bytes, 1L << 20, 1L << 36);
        return this;
    }

    SessionConfig toConfig() {
        return new SessionConfig(perCoreMax, window, idleMs, outcomeBytesMax, largeBytesMax);
    }
}
