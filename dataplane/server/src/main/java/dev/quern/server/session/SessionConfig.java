package dev.quern.server.session;

/**
 * What a server allows its native sessions.
 *
 * @param sessionsMax sessions open at a time, on one core
 * @param window requests outstanding in a session, a power of two
 * @param idleMs silence after which a session is forgotten
 * @param outcomeBytesMax memory for the outcomes kept for retransmissions, on one core
 * @param largeBytesMax memory for bodies longer than a datagram, on one core
 */
public record SessionConfig(int sessionsMax, int window, int idleMs, long outcomeBytesMax, long largeBytesMax) {}
