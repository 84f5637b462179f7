package dev.quern.server.net;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.ffi.linux.SocketLayout;
import dev.quern.net.NetLimits;
import dev.quern.net.NetworkOrder;
import dev.quern.net.PacketBurst;
import dev.quern.net.ReceiveQueue;
import dev.quern.server.loop.Core;
import dev.quern.server.loop.CoreEvents;
import dev.quern.server.loop.Counter;
import dev.quern.server.loop.Counters;
import dev.quern.server.loop.Port;
import dev.quern.server.session.DatagramSink;
import dev.quern.server.session.NativeDoor;
import dev.quern.server.session.SessionBudgets;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The native door of a core over a packet device. It sends by a transmit queue of its own, and receives by whichever receive queues it
 * has at the time; a datagram for another core's port is handed over to that core. Requests are decoded where they were received, and
 * replies leave from where they are written. Thread: the core's.
 */
final class NetPort implements Port, DatagramSink {
    private static final int NO_BUFFER = 0;

    private final NetPorts ports;
    private final Core core;
    private final Host host;
    private final int sourcePort;
    private final NativeDoor door;
    private final Counters counters;
    private final Outbox outbox;
    private final FrameWriter writer;
    private final Questions questions;
    private final NetStack stack;
    private final Unresolved unresolved;
    private final Handover handover;
    private final List<ReceiveQueue> receiving = new ArrayList<>();
    private final List<CoreEvents.Watch> watches = new ArrayList<>();
    private final PacketBurst burst = new PacketBurst(NetLimits.BURST);

    /** Two senders' slots: that of a datagram whose function stands still is not written to by those that come meanwhile. */
    private final long peers;

    private final long peerBetween;

    /** Who the acquired buffer was acquired for, most likely: the sender of the datagram in hand at the time. */
    private final long peerAcquired;

    /** Where a datagram is written that no buffer is left for. */
    private final long spare;

    private int next;
    private int turnOf;
    private boolean isTurnOfOthers;
    private long peerInHand;
    private long macInHand;
    private long macAcquired;
    private long handle;
    private long buffer;
    private long nowNs;

    NetPort(NetPorts ports, Core core, SessionBudgets budgets, int[] portNumbers) {
        this.ports = ports;
        this.core = core;
        this.host = ports.host();
        this.sourcePort = portNumbers[core.index()];
        this.counters = core.counters();
        host.device.attach();
        this.nowNs = core.nowNs();
        this.outbox = new Outbox(host.device.transmitQueue(core.index()), counters);
        this.writer = new FrameWriter(host);
        this.questions = new Questions(host, writer, outbox, counters, nowNs);
        this.stack = new NetStack(host, questions, outbox, counters);
        this.unresolved = new Unresolved(host.neighbours, outbox, counters);
        this.handover = ports.handover(core.index());
        this.peers = ports.allocate(3L * SocketLayout.ADDRESS_SLOT + host.device.bufferBytes());
        this.peerBetween = peers + SocketLayout.ADDRESS_SLOT;
        this.peerAcquired = peerBetween + SocketLayout.ADDRESS_SLOT;
        this.spare = peerAcquired + SocketLayout.ADDRESS_SLOT;
        this.door = new NativeDoor(core, budgets, portNumbers);
    }

    Core core() {
        return core;
    }

    /** Takes a receive queue that no other core polls any more. */
    void add(ReceiveQueue queue) throws IOException {
        receiving.add(queue);
        if (queue.descriptor() != ReceiveQueue.NO_DESCRIPTOR && core.events().kind() == CoreEvents.Kind.EPOLL) {
            watches.add(core.events().watch(queue.descriptor()));
        }
    }

    /** Gives up a receive queue; what it has brought already is served here. False when it is another core's. */
    boolean remove(ReceiveQueue queue) {
        if (!receiving.remove(queue)) {
            return false;
        }
        watches.forEach(CoreEvents.Watch::close);
        watches.clear();
        List<ReceiveQueue> left = List.copyOf(receiving);
        receiving.clear();
        for (ReceiveQueue each : left) {
            try {
                add(each);
            } catch (IOException refused) {
                throw new IllegalStateException("a queue that was watched is refused a watch", refused);
            }
        }
        return true;
    }

    /** Tells the link of our addresses. */
    void announce() {
        questions.announce();
    }

    /** What came in the midst of a function goes first, in its order: held datagrams, then the rest of the burst. */
    @Override
    public int poll(long turnNs, int limit) {
        nowNs = turnNs;
        door.maintain(turnNs);
        host.neighbours.tick(turnNs, questions);
        if (!unresolved.isEmpty()) {
            unresolved.retry(turnNs);
        }
        if (isServed() && !receive(limit) && handover.isEmpty() && !door.hasHeld()) {
            return 0;
        }
        int served = 0;
        long interludes = core.interludes();
        door.beginBurst();
        while (served < limit && core.interludes() == interludes && serveNext()) {
            served++;
        }
        door.endBurst();
        macInHand = Neighbours.NONE;
        return served;
    }

    private boolean isServed() {
        return next == burst.count();
    }

    /** Over a burst that has been served; a frame whose function stands still is not in the burst any more. */
    private boolean receive(int limit) {
        burst.truncate(0);
        next = 0;
        for (int i = 0; i < receiving.size() && burst.count() < limit; i++) {
            // Each turn begins with another queue, so that a busy one does not keep the rest waiting.
            turnOf = turnOf + 1 < receiving.size() ? turnOf + 1 : 0;
            receiving.get(turnOf).receive(burst, Math.min(limit - burst.count(), burst.room()));
        }
        return burst.count() > 0;
    }

    private boolean serveNext() {
        if (door.hasHeld()) {
            // Whoever sent it has gone from hand: its answers find their way by the neighbours.
            inHand(NO_BUFFER, Neighbours.NONE);
            door.serveHeld();
            return true;
        }
        return serve(peers, false);
    }

    @Override
    public int pollShort(long turnNs, int limit) {
        long standingPeer = peerInHand;
        long standingMac = macInHand;
        nowNs = turnNs;
        int served = 0;
        door.beginInterlude();
        while (served < limit && core.mayServeShort()) {
            if (isServed() && handover.isEmpty() && !receive(limit)) {
                break;
            }
            if (serve(peerBetween, true)) {
                served++;
            }
        }
        door.endInterlude();
        peerInHand = standingPeer;
        macInHand = standingMac;
        return served;
    }

    /** A datagram that was handed over and a frame in turn; false when there is neither. */
    private boolean serve(long peer, boolean onlyShort) {
        isTurnOfOthers = !isTurnOfOthers;
        if (isTurnOfOthers || isServed()) {
            Handover.Slot slot = handover.receive();
            if (slot != null) {
                inHand(slot.peer(), slot.sourceMac());
                serve(slot.payload(), slot.length(), slot.peer(), onlyShort);
                slot.release();
                return true;
            }
            if (isServed()) {
                return false;
            }
        }
        int index = next++;
        long frameHandle = burst.handle(index);
        long frame = burst.address(index);
        int accepted = stack.accept(frameHandle, frame, burst.length(index), burst.flags(index), peer, nowNs);
        if (accepted == NetStack.DATAGRAM) {
            if (stack.portIndex() == core.index()) {
                inHand(peer, stack.sourceMac());
                serve(stack.payload(), stack.payloadLength(), peer, onlyShort);
            } else {
                handOver(peer);
            }
        }
        if (accepted != NetStack.ANSWERED) {
            outbox.release(frameHandle, frame);
        }
        return true;
    }

    private void serve(long payload, int length, long peer, boolean onlyShort) {
        if (onlyShort) {
            door.receiveShort(payload, length, peer, this);
        } else {
            door.receive(payload, length, peer, this);
        }
    }

    /** Replies that are open are for another one's Ethernet address: they go out before this one's are added to them. */
    private void inHand(long peer, long mac) {
        if (mac != macInHand) {
            door.sendOpen();
        }
        peerInHand = peer;
        macInHand = mac;
    }

    private void handOver(long peer) {
        NetPort owner = ports.port(stack.portIndex());
        if (owner != null
                && handover.send(owner.handover, stack.payload(), stack.payloadLength(), peer, stack.sourceMac())) {
            counters.increment(Counter.NET_HANDED_OVER);
            owner.core.wakeup();
        } else {
            counters.increment(Counter.NET_HANDOVERS_LOST);
        }
    }

    @Override
    public long acquire() {
        if (handle == NO_BUFFER) {
            if (!outbox.hasBuffer()) {
                return spare;
            }
            handle = outbox.take();
            buffer = outbox.address();
        }
        macAcquired = macInHand;
        if (macAcquired != Neighbours.NONE) {
            NativeMemory.copy(peerInHand, peerAcquired, SocketLayout.ADDRESS_SLOT);
        }
        return payload();
    }

    private long payload() {
        return buffer + NetLimits.PAYLOAD_OFFSET + Long.BYTES - 1 & -Long.BYTES;
    }

    @Override
    public void send(int length, long peer) {
        long sending = handle;
        if (sending == NO_BUFFER) {
            counters.increment(Counter.NET_BUFFERS_SHORT);
            return;
        }
        handle = NO_BUFFER;
        boolean isAnswer =
                macAcquired != Neighbours.NONE && NativeMemory.equal(peer, peerAcquired, SocketLayout.ADDRESS_SLOT);
        if (isAnswer) {
            long frame = writer.datagram(payload(), length, peer, macAcquired, sourcePort);
            outbox.send(sending, frame, (int) (payload() - frame) + length, writer.flags());
        } else {
            sendFirst(sending, length, peer);
        }
    }

    /** To a peer who did not send what is in hand: by what is known of the neighbours. */
    private void sendFirst(long sending, int length, long peer) {
        boolean isIpv6 = FrameWriter.isIpv6(peer);
        long high = isIpv6 ? NetworkOrder.getLong(peer + SocketLayout.ADDRESS_IPV6) : 0;
        long low = isIpv6
                ? NetworkOrder.getLong(peer + SocketLayout.ADDRESS_IPV6 + Long.BYTES)
                : Host.mapped(NetworkOrder.getInt(peer + SocketLayout.ADDRESS_IPV4));
        long nextHigh = host.nextHigh(high, low);
        long nextLow = host.nextLow(high, low);
        long mac = host.neighbours.find(nextHigh, nextLow);
        long frame = writer.datagram(payload(), length, peer, mac, sourcePort);
        int frameLength = (int) (payload() - frame) + length;
        if (mac != Neighbours.NONE) {
            outbox.send(sending, frame, frameLength, writer.flags());
        } else if ((nextHigh != 0 || nextLow != 0) && host.neighbours.want(nextHigh, nextLow, nowNs, questions)) {
            unresolved.add(sending, frame, frameLength, writer.flags(), nextHigh, nextLow, nowNs);
        } else {
            counters.increment(Counter.NET_NEIGHBOURS_UNKNOWN);
            outbox.discard(sending, frame);
        }
    }

    @Override
    public int bytesMax(long peer) {
        return host.datagramBytes(FrameWriter.isIpv6(peer));
    }

    @Override
    public int flush(long turnNs) {
        return outbox.flush();
    }

    @Override
    public boolean wakesCore() {
        return watches.size() == receiving.size();
    }

    @Override
    public String describe() {
        return "UDP " + ports.describe(core.index()) + " (" + host.device.describe() + ")";
    }

    @Override
    public boolean drained() {
        return outbox.isEmpty() && isServed() && handover.isEmpty() && !door.hasHeld();
    }

    @Override
    public void close() {
        door.close();
        watches.forEach(CoreEvents.Watch::close);
        unresolved.clear();
        while (!isServed()) {
            outbox.release(burst.handle(next), burst.address(next));
            next++;
        }
        if (handle != NO_BUFFER) {
            outbox.release(handle, buffer);
        }
        outbox.close();
        host.device.detach();
        ports.closed(this);
    }
}
