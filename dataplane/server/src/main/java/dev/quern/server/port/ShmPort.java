package dev.quern.server.port;

import dev.quern.client.transport.ShmTransport;
import dev.quern.server.loop.Core;
import dev.quern.server.loop.CoreEvents;
import dev.quern.server.loop.Port;
import dev.quern.server.session.NativeDoor;
import dev.quern.server.session.SessionBudgets;
import io.netty.channel.Channel;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A core's end of the rings that it shares with clients of this machine. Thread: the core's. */
final class ShmPort implements Port {
    private static final Logger LOG = LoggerFactory.getLogger(ShmPort.class);
    private static final long CACHE_LINE = 64;

    private final Core core;
    private final ShmPorts ports;
    private final CoreEvents events;
    private final NativeDoor door;
    private final Arena arena = Arena.ofShared();
    private final long in;
    private final long between;
    private final long spare;
    private final List<ShmAttachment> attachments = new ArrayList<>();
    private ShmClient[] clients = {};
    private @Nullable ShmListener listener;
    private int first;
    private int pending;
    private long servedNs;
    private boolean isInBurst;

    /** Whether the last poll may have left something behind, which waits then. */
    private boolean hasMore;

    /** The calls that had run in the lane's turns before. */
    private long runsBefore;

    private ShmPort(Core core, ShmPorts ports, SessionBudgets budgets, int[] numbers) {
        this.core = core;
        this.ports = ports;
        this.events = core.events();
        this.door = new NativeDoor(core, budgets, numbers);
        MemorySegment memory = arena.allocate(3L * PortLimits.RING_SLOT_BYTES, CACHE_LINE);
        this.in = memory.address();
        this.between = in + PortLimits.RING_SLOT_BYTES;
        this.spare = between + PortLimits.RING_SLOT_BYTES;
    }

    static ShmPort open(Core core, ShmPorts ports, SessionBudgets budgets, int[] numbers) throws IOException {
        ShmPort port = new ShmPort(core, ports, budgets, numbers);
        try {
            port.listener = ShmListener.open(core, ports.directory(), () -> new ShmAttachment(port, core.nowNs()));
            return port;
        } catch (IOException refused) {
            port.close();
            throw refused;
        }
    }

    /** What came in the midst of a function goes first, in its order; then some of each client's, each turn beginning with another. */
    @Override
    public int poll(long nowNs, int limit) {
        door.maintain(nowNs);
        int served = 0;
        long interludes = core.interludes();
        while (door.hasHeld() && served < limit && core.interludes() == interludes) {
            begin();
            door.serveHeld();
            served++;
        }
        mark(nowNs);
        ShmClient[] polled = clients; // Another one when a client goes in the midst of a function.
        int at = first;
        for (int i = 0; i < polled.length && served < limit && core.interludes() == interludes; i++) {
            ShmClient client = polled[at];
            at = at + 1 < polled.length ? at + 1 : 0;
            served += serve(client, Math.min(limit - served, PortLimits.SHM_CLIENT_BURST), interludes, nowNs);
        }
        hasMore |= served >= limit || core.interludes() != interludes;
        first = first + 1 < clients.length ? first + 1 : 0;
        end();
        if (nowNs - servedNs >= PortLimits.SHM_SOCKETS_NS) {
            servedNs = nowNs;
            served += serveSockets(nowNs);
        }
        return served;
    }

    /** Where requests wait for functions, notes how far they have come; for records alone it is not worth a look at each. */
    private void mark(long nowNs) {
        long runs = core.gauges().inlineRuns();
        if (hasMore && runs != runsBefore) {
            for (ShmClient client : clients) {
                client.mark(nowNs);
            }
        }
        hasMore = false;
        runsBefore = runs;
    }

    private int serve(ShmClient client, int limit, long interludes, long nowNs) {
        int served = 0;
        while (served < limit && client.hasRequests() && core.interludes() == interludes) {
            long arrivedNs = client.arrivedNs(nowNs);
            int length = client.take(in);
            if (length == 0) {
                break;
            }
            begin();
            door.receive(in, length, client.peer(), client, arrivedNs);
            served++;
        }
        if (served < limit) {
            client.settle();
        } else {
            hasMore = true;
        }
        if (client.isBroken()) {
            detachBroken(client);
        }
        return served;
    }

    private void begin() {
        if (!isInBurst) {
            isInBurst = true;
            door.beginBurst();
        }
    }

    private void end() {
        if (isInBurst) {
            isInBurst = false;
            door.endBurst();
        }
    }

    private void detachBroken(ShmClient client) {
        if (client.socket().isOpen()) {
            LOG.warn("shm: a client's rings hold what cannot be; it is detached");
            var ignored = client.socket().close();
        }
    }

    /** Who comes and who has gone. */
    private int serveSockets(long nowNs) {
        for (int i = attachments.size() - 1; i >= 0; i--) {
            attachments.get(i).expire(nowNs);
        }
        if (core.draining() && listener != null) {
            listener.close();
            listener = null;
        }
        return events.serve();
    }

    /** Receives elsewhere than {@link #poll}, where the arguments of the function lie that stands still. */
    @Override
    public int pollShort(long nowNs, int limit) {
        int served = 0;
        ShmClient[] polled = clients;
        int at = first < polled.length ? first : 0;
        door.beginInterlude();
        for (int i = 0; i < polled.length && served < limit && core.mayServeShort(); i++) {
            ShmClient client = polled[at];
            at = at + 1 < polled.length ? at + 1 : 0;
            served += serveShort(client, Math.min(limit - served, PortLimits.SHM_CLIENT_BURST));
        }
        door.endInterlude();
        return served;
    }

    private int serveShort(ShmClient client, int limit) {
        int served = 0;
        while (served < limit && core.mayServeShort() && client.hasRequests()) {
            int length = client.take(between);
            if (length == 0) {
                break;
            }
            door.receiveShort(between, length, client.peer(), client);
            served++;
        }
        if (served < limit) {
            client.settle();
        }
        return served;
    }

    /** Wakes those clients that sleep and were answered. */
    @Override
    public int flush(long nowNs) {
        int sent = 0;
        for (ShmClient client : clients) {
            if (client.takeUnannounced()) {
                // Pairs with the one in ShmTransport.await: either the client sees the reply or this sees that it
                // sleeps.
                VarHandle.fullFence();
                sent++;
                if (client.clientSleeps()) {
                    client.ring();
                }
            }
        }
        return sent;
    }

    /** A client may cut its file off, and then nobody can touch its memory. */
    @Override
    public boolean recover() {
        boolean isFound = false;
        for (ShmClient client : List.of(clients)) {
            if (!client.rings().isWhole()) {
                LOG.warn("shm: a client has cut its rings off; it is detached");
                isFound = true;
                remove(client);
                var ignored = client.socket().close();
            }
        }
        if (isFound) {
            end();
        }
        return isFound;
    }

    @Override
    public void announceRest() {
        for (ShmClient client : clients) {
            client.coreSleeps(true);
        }
    }

    @Override
    public void endRest() {
        for (ShmClient client : clients) {
            client.coreSleeps(false);
        }
    }

    /** Clients write to their socket, which the event loop serves. */
    @Override
    public boolean wakesCore() {
        return true;
    }

    // Attaching and detaching, all on the core's thread

    void began(ShmAttachment attachment) {
        attachments.add(attachment);
    }

    boolean isDraining() {
        return core.draining();
    }

    boolean isFull() {
        return clients.length + pending >= ports.clientsMax();
    }

    /** Has the control thread make the rings; false when it has too much to do. */
    boolean create(ShmAttachment attachment) {
        pending++;
        boolean isTaken = core.control()
                .submit(core, () -> ShmRings.create(ports.directory(), ports.ringBytes()), (rings, failure) -> {
                    pending--;
                    attachment.created(rings, failure);
                });
        if (!isTaken) {
            pending--;
        }
        return isTaken;
    }

    ShmClient attach(ShmRings rings, Channel socket) {
        ShmClient client = new ShmClient(rings, ports.nextClient(), socket, core.counters(), spare);
        ShmClient[] more = new ShmClient[clients.length + 1];
        System.arraycopy(clients, 0, more, 0, clients.length);
        more[clients.length] = client;
        clients = more;
        return client;
    }

    /** The socket is closed: the client has gone, or was broken. */
    void ended(ShmAttachment attachment, @Nullable ShmClient client) {
        attachments.remove(attachment);
        if (client != null) {
            remove(client);
        }
    }

    private void remove(ShmClient client) {
        List<ShmClient> rest = new ArrayList<>(List.of(clients));
        if (!rest.remove(client)) {
            return;
        }
        clients = rest.toArray(ShmClient[]::new);
        first = 0;
        client.gone();
        door.forget(client);
        free(client.rings());
    }

    /** Unmaps on the control thread, as that takes the kernel a while; here when it is busy. */
    void free(ShmRings rings) {
        boolean isTaken = core.control().submit(core, () -> close(rings), (done, failure) -> {
            if (failure != null) {
                LOG.warn("shm: rings could not be freed", failure);
            }
        });
        if (!isTaken) {
            rings.close();
        }
    }

    private static @Nullable Object close(ShmRings rings) {
        rings.close();
        return null;
    }

    int clientCount() {
        return clients.length;
    }

    @Override
    public String describe() {
        return "shm " + ports.directory().path().resolve(ShmTransport.socketName(core.index()));
    }

    @Override
    public boolean drained() {
        boolean isEmpty = !door.hasHeld();
        for (ShmClient client : clients) {
            isEmpty &= !client.hasRequests();
        }
        return isEmpty;
    }

    @Override
    public void close() {
        if (listener != null) {
            listener.close();
        }
        List.copyOf(attachments).forEach(ShmAttachment::close);
        for (int turn = 0; turn < PortLimits.SHM_CLOSE_TURNS_MAX && !attachments.isEmpty(); turn++) {
            events.serve();
        }
        door.close();
        arena.close();
    }
}
