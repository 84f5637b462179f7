package dev.quern.client;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A client's place in its group: what the group's loop knows of it, so that it turns only those who have something to do. The group's
 * thread, but for {@link #announce} and {@link #leave}.
 */
final class GroupMember {
    private final GroupLoop group;
    private final ClientLoop loop;

    /** Whether the group has it down for its next turn. */
    private boolean active;

    /** Whether the group has it down for a look at the clock. */
    private boolean timed;

    private final AtomicBoolean announced = new AtomicBoolean();

    GroupMember(GroupLoop group, ClientLoop loop) {
        this.group = group;
        this.loop = loop;
    }

    GroupLoop group() {
        return group;
    }

    ClientLoop loop() {
        return loop;
    }

    /** Something was submitted. Any thread. */
    void announce() {
        if (!announced.get() && announced.compareAndSet(false, true)) {
            group.announce(this);
        }
    }

    /** Ends its client. Any thread; returns when it is done, unless called from a callback. */
    void leave() {
        group.leave(loop);
    }

    /** Has it turned in the next turn. */
    void activate() {
        if (!active) {
            active = true;
            group.activated(this);
        }
    }

    /** Its part of a turn: what there is to be sent is sent. */
    int turn(long nowNs, long gapNs) {
        active = false;
        if (announced.get()) {
            // Before the queue is looked at: what is submitted from here on is announced anew.
            announced.set(false);
        }
        if (loop.closed()) {
            return 0;
        }
        if (gapNs > 0) {
            loop.shift(gapNs);
        }
        loop.turnAt(nowNs);
        int work = loop.takeSubmitted();
        boolean isTimed = false;
        for (Session session : loop.sessions().all()) {
            if (!session.isOpen()) {
                session.checkTimers(nowNs);
            }
            work += session.sendWaiting();
            session.flush();
            isTimed |= session.isTimed();
            if (session.isBlocked()) {
                activate();
            }
        }
        loop.markPolled();
        if (loop.hasSubmitted()) {
            activate();
        }
        if (isTimed && !timed) {
            timed = true;
            group.timed(this);
        }
        return work;
    }

    /** Its look at the clock; it has another when there still is something to be timed. */
    void checkTimers(long nowNs) {
        timed = false;
        if (loop.closed()) {
            return;
        }
        loop.turnAt(nowNs);
        boolean isTimed = false;
        for (Session session : loop.sessions().all()) {
            session.checkTimers(nowNs);
            int ignored = session.sendWaiting();
            session.flush();
            isTimed |= session.isTimed();
            if (session.isBlocked()) {
                activate();
            }
        }
        if (isTimed) {
            timed = true;
            group.timed(this);
        }
    }
}
