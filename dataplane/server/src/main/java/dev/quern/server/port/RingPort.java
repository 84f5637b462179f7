package dev.quern.server.port;

import dev.quern.server.loop.Core;
import dev.quern.server.loop.Port;
import dev.quern.server.session.NativeDoor;
import dev.quern.server.session.SessionConfig;
import java.util.ArrayList;
import java.util.List;

/** A core's end of the rings that lead to it. Thread: the core's. */
final class RingPort implements Port {
    private final Core core;
    private final NativeDoor door;
    private final List<RingLink> links = new ArrayList<>();
    private int next;

    RingPort(Core core, SessionConfig config, int[] ports) {
        this.core = core;
        this.door = new NativeDoor(core, config, ports);
    }

    Core core() {
        return core;
    }

    void add(RingLink link) {
        links.add(link);
    }

    @Override
    public int poll(long nowNs, int limit) {
        door.maintain(nowNs);
        int count = links.size();
        if (count == 0) {
            return 0;
        }
        int received = 0;
        boolean begun = false;
        // Each turn begins with another link, so that a busy one does not keep the rest waiting.
        next = next + 1 < count ? next + 1 : 0;
        for (int i = 0; i < count && received < limit; i++) {
            RingLink link = links.get((next + i) % count);
            Ring.Slot slot;
            while (received < limit && (slot = link.poll()) != null) {
                if (!begun) {
                    begun = true;
                    door.beginBurst();
                }
                door.receive(slot.address(), slot.length(), link.peer(), link);
                link.release(slot);
                received++;
            }
        }
        if (begun) {
            door.endBurst();
        } else {
            forgetGone();
        }
        return received;
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
        return true;
    }

    @Override
    public void close() {
        links.forEach(RingLink::serverGone);
        door.close();
    }
}
