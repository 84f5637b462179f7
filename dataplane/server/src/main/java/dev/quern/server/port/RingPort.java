package dev.quern.server.port;

import dev.quern.server.loop.Core;
import dev.quern.server.loop.Port;
import dev.quern.server.session.NativeDoor;
import dev.quern.server.session.SessionBudgets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A core's end of the rings that lead to it. Thread: the core's. */
final class RingPort implements Port {
    private final Core core;
    private final NativeDoor door;
    private final List<RingLink> links = new ArrayList<>();
    private int next;

    /** Whether the last poll left something behind, which waits then. */
    private boolean hasMore;

    RingPort(Core core, SessionBudgets budgets, int[] ports) {
        this.core = core;
        this.door = new NativeDoor(core, budgets, ports);
    }

    Core core() {
        return core;
    }

    void add(RingLink link) {
        links.add(link);
    }

    /** What came in the midst of a function goes first, in its order. */
    @Override
    public int poll(long nowNs, int limit) {
        door.maintain(nowNs);
        int served = 0;
        boolean begun = false;
        long interludes = core.interludes();
        if (hasMore) {
            mark(nowNs);
        }
        rotate();
        while (served < limit && core.interludes() == interludes) {
            boolean isHeld = door.hasHeld();
            RingLink link = isHeld ? null : nextLink();
            if (!isHeld && link == null) {
                break;
            }
            if (!begun) {
                begun = true;
                door.beginBurst();
            }
            if (link == null) {
                door.serveHeld();
            } else {
                long arrivedNs = link.arrivedNs(nowNs);
                Ring.Slot slot = Objects.requireNonNull(link.poll());
                door.receive(slot.address(), slot.length(), link.peer(), link, arrivedNs);
                link.release(slot);
            }
            served++;
        }
        hasMore = served >= limit || core.interludes() != interludes;
        if (begun) {
            door.endBurst();
        } else {
            forgetGone();
        }
        return served;
    }

    private void mark(long nowNs) {
        for (int i = 0; i < links.size(); i++) {
            links.get(i).mark(nowNs);
        }
    }

    /** Each turn begins with another link, so that a busy one does not keep the rest waiting. */
    private void rotate() {
        next = next + 1 < links.size() ? next + 1 : 0;
    }

    /** The link whose turn it is, or the next one with a request; null when there is none. */
    private @Nullable RingLink nextLink() {
        for (int i = 0; i < links.size(); i++) {
            RingLink link = links.get(next);
            if (link.hasRequests()) {
                return link;
            }
            rotate();
        }
        return null;
    }

    @Override
    public int pollShort(long nowNs, int limit) {
        int served = 0;
        rotate();
        door.beginInterlude();
        while (served < limit && core.mayServeShort()) {
            RingLink link = nextLink();
            if (link == null) {
                break;
            }
            Ring.Slot slot = Objects.requireNonNull(link.poll());
            door.receiveShort(slot.address(), slot.length(), link.peer(), link);
            link.release(slot);
            served++;
        }
        door.endInterlude();
        return served;
    }

    private void forgetGone() {
        for (int i = links.size() - 1; i >= 0; i--) {
            RingLink link = links.get(i);
            if (link.clientGone()) {
                links.remove(i);
                door.forget(link);
            }
        }
    }

    int linkCount() {
        return links.size();
    }

    @Override
    public int flush(long nowNs) {
        return 0;
    }

    /** Clients call {@link Core#wakeup}. */
    @Override
    public boolean wakesCore() {
        return true;
    }

    @Override
    public String describe() {
        return "ring within this JVM";
    }

    @Override
    public boolean drained() {
        return !door.hasHeld();
    }

    @Override
    public void close() {
        links.forEach(RingLink::serverGone);
        door.close();
    }
}
