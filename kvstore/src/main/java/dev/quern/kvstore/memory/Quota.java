package dev.quern.kvstore.memory;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How much memory a tenant may use. Cores draw credit from it in portions and spend that without touching it, so that the sum never
 * passes the limit and cores seldom meet here. Safe on any thread.
 */
public final class Quota {
    private final long limitBytes;
    private final AtomicLong drawnBytes = new AtomicLong();

    public Quota(long limitBytes) {
        this.limitBytes = limitBytes;
    }

    public long limitBytes() {
        return limitBytes;
    }

    /** Charged memory plus the credit that cores hold and have not spent. Never above the limit. */
    public long drawnBytes() {
        return drawnBytes.get();
    }

    /** Draws all of {@code bytes} or nothing. */
    public boolean draw(long bytes) {
        long drawn = drawnBytes.get();
        while (drawn + bytes <= limitBytes) {
            if (drawnBytes.compareAndSet(drawn, drawn + bytes)) {
                return true;
            }
            drawn = drawnBytes.get();
        }
        return false;
    }

    public void giveBack(long bytes) {
        drawnBytes.addAndGet(-bytes);
    }
}
