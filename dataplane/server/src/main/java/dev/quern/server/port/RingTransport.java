package dev.quern.server.port;

import dev.quern.client.transport.Transport;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** The client's end of the rings: the client library's transport within the server's JVM. Threads: as {@link Transport} says. */
final class RingTransport implements Transport {
    private final RingPorts ports;
    private final List<RingLink> links = new CopyOnWriteArrayList<>();
    private volatile @Nullable Thread waiting;
    private volatile boolean woken;

    RingTransport(RingPorts ports) {
        this.ports = ports;
    }

    @Override
    public Link open(int port) throws IOException {
        RingLink link = ports.connect(port == PORT_FIRST ? 0 : port - RingPorts.PORT_OF_CORE_0, this::wakeWaiting);
        links.add(link);
        return link;
    }

    @Override
    public int datagramBytesMax() {
        return PortLimits.RING_SLOT_BYTES;
    }

    @Override
    public void await(long timeoutNs) {
        waiting = Thread.currentThread();
        // The order matters: a reply that comes after this look finds the thread to wake.
        if (!woken && !hasReplies()) {
            LockSupport.parkNanos(this, timeoutNs);
        }
        waiting = null;
        woken = false;
    }

    private boolean hasReplies() {
        for (RingLink link : links) {
            if (link.hasReplies()) {
                return true;
            }
        }
        return false;
    }

    /** The cores call this after every reply; it costs a read unless the client sleeps. */
    private void wakeWaiting() {
        Thread thread = waiting;
        if (thread != null) {
            LockSupport.unpark(thread);
        }
    }

    @Override
    public void wakeup() {
        woken = true;
        wakeWaiting();
    }

    @Override
    public String describe() {
        return "ring of the embedded server";
    }

    @Override
    public void close() {
        links.forEach(RingLink::close);
        links.clear();
    }
}
