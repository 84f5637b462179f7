package dev.quern.server.dispatch;

import dev.quern.server.roles.LoadSnapshot;
import dev.quern.server.roles.Move;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/** The last changes of roles, each with what caused it and what came of it. Any thread; written at most some times in a millisecond. */
public final class RoleEvents {
    /** How many are kept. */
    public static final int KEPT_MAX = 1_024;

    /** After how long the effect of a change is looked at. */
    private static final long EFFECT_NS = 10_000_000;

    private final ArrayDeque<RoleEvent> kept = new ArrayDeque<>();
    private long count;

    RoleEvents() {}

    /** A move is about to be carried out. */
    public synchronized RoleEvent add(Move move, LoadSnapshot before, long nowNs) {
        RoleEvent event =
                new RoleEvent(count++, move, RoleEvent.Figures.of(before), nowNs, System.currentTimeMillis() * 1_000);
        if (kept.size() == KEPT_MAX) {
            kept.removeFirst();
        }
        kept.addLast(event);
        return event;
    }

    /**
     * Notes what came of the last ones.
     *
     * @param isSettled whether all lanes are where they are to be
     * @param enteredNs since when the last one is
     * @param withoutProcessorSince how long some core had no processor since a time, at the most
     */
    public synchronized void look(
            LoadSnapshot now, boolean isSettled, long enteredNs, LongUnaryOperator withoutProcessorSince, long nowNs) {
        RoleEvent last = kept.peekLast();
        if (last == null) {
            return;
        }
        if (isSettled && last.settledNs() < 0) {
            last.settled(
                    Math.max(enteredNs, last.atNs()), withoutProcessorSince.applyAsLong(last.atNs() - last.delayNs()));
        }
        if (last.after() == null && nowNs - last.atNs() >= EFFECT_NS) {
            last.after(RoleEvent.Figures.of(now));
        }
    }

    /** How many there ever were. Any thread. */
    public synchronized long count() {
        return count;
    }

    /** Those kept from a number on, the oldest first. */
    public synchronized List<RoleEvent> since(long number) {
        List<RoleEvent> found = new ArrayList<>();
        for (RoleEvent event : kept) {
            if (event.number() >= number) {
                found.add(event);
            }
        }
        return found;
    }

    /** The last one, null for none. */
    public synchronized @Nullable RoleEvent last() {
        return kept.peekLast();
    }
}
