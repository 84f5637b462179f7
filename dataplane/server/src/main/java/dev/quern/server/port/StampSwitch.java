package dev.quern.server.port;

/**
 * Says when the kernel is to note the time at which datagrams arrive. That costs every datagram of the machine some tens of nanoseconds, and is worth
 * it only while a socket has more than a burst waiting behind calls of functions. Thread: one.
 */
final class StampSwitch {
    /** Bursts in a row that came full, and with calls among them. */
    private static final int FULL_BURSTS = 4;

    /** How long it stays on after the last burst of that kind: setting it costs all processors an interruption. */
    private static final long OFF_AFTER_NS = 1_000_000_000;

    private boolean isOn;
    private int full;
    private long runsBefore;
    private long lastFullNs;

    /** A burst came, full or not, when so many calls had run in the lane's turns; returns whether the switch is to be on. */
    boolean received(boolean isFull, long runs, long nowNs) {
        full = isFull && runs != runsBefore ? full + 1 : 0;
        runsBefore = runs;
        if (full >= FULL_BURSTS) {
            isOn = true;
            lastFullNs = nowNs;
        } else if (isOn && nowNs - lastFullNs >= OFF_AFTER_NS) {
            isOn = false;
        }
        return isOn;
    }
}
