package dev.quern.server.session;

/** What the sessions of one core share, by whichever door they came: how many they may be, and the memory for what they keep. Thread: the core's. */
final class CoreBudget {
    private final int sessionsMax;
    private final BlockPool blocks;
    private final LargeBodies.Budget largeBodies;
    private int sessions;
    private int doors;

    CoreBudget(SessionConfig config) {
        sessionsMax = config.sessionsMax();
        blocks = new BlockPool(config.outcomeBytesMax());
        largeBodies = new LargeBodies.Budget(config.largeBytesMax());
    }

    /** Memory for outcomes kept. */
    BlockPool blocks() {
        return blocks;
    }

    /** Memory for bodies longer than a datagram. */
    LargeBodies.Budget largeBodies() {
        return largeBodies;
    }

    boolean isFull() {
        return sessions == sessionsMax;
    }

    void sessionOpened() {
        sessions++;
    }

    void sessionClosed() {
        sessions--;
    }

    void doorOpened() {
        doors++;
    }

    /** The last door that closes gives the memory back; true for that one. */
    boolean doorClosed() {
        if (--doors > 0) {
            return false;
        }
        blocks.close();
        return true;
    }
}
