package dev.quern.server.loop;

/**
 * How long an idle loop stays awake.
 *
 * @param spins empty turns before it yields
 * @param yields further empty turns before it parks
 * @param parkUs its first park, in microseconds; the kernel adds some 50
 * @param parkMaxUs what a park may double up to: the longest that a request waits for a sleeping loop
 */
public record IdleConfig(int spins, int yields, int parkUs, int parkMaxUs) {
    /**
     * Awake for a millisecond or two after the last request, so that a busy client never meets a sleeping core; then asleep for half a
     * millisecond at most.
     */
    public static final IdleConfig DEFAULT = new IdleConfig(100, 1_000, 20, 500);
}
