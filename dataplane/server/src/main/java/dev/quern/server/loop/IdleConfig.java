package dev.quern.server.loop;

/**
 * How long an idle loop stays awake, and how it sleeps.
 *
 * @param spins empty turns before it yields
 * @param yields further empty turns before it sleeps
 * @param waitMs the longest that it waits for an event, in milliseconds: how often an idle core expires and reclaims
 * @param parkUs its first sleep where a port cannot wake it, in microseconds; the kernel adds some 50
 * @param parkMaxUs what such a sleep may double up to: the longest that a request waits for that core
 */
public record IdleConfig(int spins, int yields, int waitMs, int parkUs, int parkMaxUs) {
    /**
     * Awake for a millisecond or two after the last request, so that a busy client never meets a sleeping core; then asleep until the next.
     */
    public static final IdleConfig DEFAULT = new IdleConfig(100, 1_000, 10, 20, 500);
}
