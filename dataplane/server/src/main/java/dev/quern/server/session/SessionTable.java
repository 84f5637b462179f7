package dev.quern.server.session;

import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;

/** One door's sessions by id. The low half of an id is a place in this table, the high half is drawn at random. Thread: the core's. */
final class SessionTable {
    private static final int PLACE_BITS = 16;
    private static final int PLACE_MASK = (1 << PLACE_BITS) - 1;

    private final @Nullable Session[] sessions;
    private final int[] freePlaces;
    private final CoreBudget budget;
    private final SecureRandom random = new SecureRandom();
    private int freeCount;
    private int sweepAt;

    /**
     * Makes an empty one.
     *
     * @param sessionsMax how many {@code budget} allows on this core, as all may come by this door
     */
    SessionTable(int sessionsMax, CoreBudget budget) {
        this.budget = budget;
        sessions = new Session[sessionsMax];
        freePlaces = new int[sessionsMax];
        for (int place = sessionsMax - 1; place >= 0; place--) {
            freePlaces[freeCount++] = place;
        }
    }

    @Nullable
    Session find(int id) {
        int place = id & PLACE_MASK;
        if (place >= sessions.length) {
            return null;
        }
        Session session = sessions[place];
        return session != null && session.id() == id ? session : null;
    }

    /** Whether the core has no room for another session, of this door or of any. */
    boolean isFull() {
        return budget.isFull();
    }

    /** The id of the next session; then {@link #add} it. Never 0, as the random half isn't. */
    int nextId() {
        return (1 + random.nextInt(PLACE_MASK)) << PLACE_BITS | freePlaces[freeCount - 1];
    }

    void add(Session session) {
        sessions[freePlaces[--freeCount]] = session;
        budget.sessionOpened();
    }

    void remove(Session session) {
        int place = session.id() & PLACE_MASK;
        sessions[place] = null;
        freePlaces[freeCount++] = place;
        budget.sessionClosed();
    }

    /** The next few places' idle sessions are handed to {@code expired}, which removes them. */
    void sweep(int places, long nowNs, long idleNs, java.util.function.Consumer<Session> expired) {
        for (int i = 0; i < Math.min(places, sessions.length); i++) {
            Session session = sessions[sweepAt];
            if (session != null && session.idle(nowNs, idleNs)) {
                expired.accept(session);
            }
            sweepAt = sweepAt + 1 == sessions.length ? 0 : sweepAt + 1;
        }
    }

    /** Hands every session to {@code closing}, which removes it. */
    void drainTo(java.util.function.Consumer<Session> closing) {
        for (int place = 0; place < sessions.length; place++) {
            Session session = sessions[place];
            if (session != null) {
                closing.accept(session);
            }
        }
    }
}
