package dev.quern.server.port;

import dev.quern.client.transport.Transport;
import dev.quern.ffi.linux.NativeMemory;
import dev.quern.ffi.linux.SocketLayout;
import dev.quern.server.loop.Core;
import dev.quern.server.loop.Counter;
import dev.quern.server.session.DatagramSink;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A client's way to one core of the same JVM: a ring each way. The methods of {@link Transport.Link} are the client thread's, those of
 * {@link DatagramSink} the core's.
 */
final class RingLink implements Transport.Link, DatagramSink {
    /** No family of the kernel's: a ring's peer is known by its number. */
    private static final short PEER_FAMILY = (short) 0xFFFF;

    private final Core core;
    private final Runnable wakeClient;
    private final Ring toServer = new Ring();
    private final Ring toClient = new Ring();
    private final MemorySegment memory =
            Arena.ofAuto().allocate(SocketLayout.ADDRESS_SLOT + PortLimits.RING_SLOT_BYTES, Long.BYTES);
    /** How far requests had come, by when the core looked. */
    private final Watermarks marks = new Watermarks();

    private Ring.@Nullable Slot acquired;
    private volatile boolean clientGone;
    private volatile boolean serverGone;

    RingLink(Core core, int number, Runnable wakeClient) {
        this.core = core;
        this.wakeClient = wakeClient;
        NativeMemory.putShort(peer() + SocketLayout.ADDRESS_FAMILY, PEER_FAMILY);
        NativeMemory.putInt(peer() + SocketLayout.ADDRESS_IPV4, number);
    }

    long peer() {
        return memory.address();
    }

    @Override
    public boolean send(ByteBuffer datagram) {
        if (serverGone) {
            return true;
        }
        Ring.Slot slot = toServer.free().poll();
        if (slot == null) {
            return false;
        }
        int length = Math.min(datagram.remaining(), PortLimits.RING_SLOT_BYTES);
        slot.buffer().put(0, datagram, datagram.position(), length);
        slot.setLength(length);
        toServer.filled().offer(slot);
        core.wakeup();
        return true;
    }

    @Override
    public int receive(ByteBuffer target) {
        Ring.Slot slot = toClient.filled().poll();
        if (slot == null) {
            return 0;
        }
        int length = slot.length();
        target.clear().put(0, slot.buffer(), 0, length);
        toClient.free().offer(slot);
        return length;
    }

    boolean hasReplies() {
        return !toClient.filled().isEmpty();
    }

    @Override
    public @Nullable String failure() {
        return serverGone ? "the embedded server is closed" : null;
    }

    /** The client's end. */
    @Override
    public void close() {
        clientGone = true;
        core.wakeup();
    }

    boolean clientGone() {
        return clientGone;
    }

    void serverGone() {
        serverGone = true;
        wakeClient.run();
    }

    /** Whether {@link #poll} would return one. Core. */
    boolean hasRequests() {
        return !toServer.filled().isEmpty();
    }

    /** Notes how far requests have come. Core. */
    void mark(long nowNs) {
        marks.note(toServer.filled().currentProducerIndex(), nowNs);
    }

    /** Since when the next request has been here, at the least. Core. */
    long arrivedNs(long nowNs) {
        return marks.arrivedNs(toServer.filled().currentConsumerIndex(), nowNs);
    }

    /** The next request; give it back by {@link #release}. Core. */
    Ring.@Nullable Slot poll() {
        return toServer.filled().poll();
    }

    void release(Ring.Slot slot) {
        toServer.free().offer(slot);
    }

    @Override
    public long acquire() {
        Ring.Slot slot = acquired;
        if (slot == null) {
            slot = toClient.free().poll();
            acquired = slot;
        }
        // A client that does not read its replies loses them, as over a socket: they go to the spare.
        return slot == null ? memory.address() + SocketLayout.ADDRESS_SLOT : slot.address();
    }

    @Override
    public void send(int length, long peer) {
        Ring.Slot slot = acquired;
        if (slot == null) {
            core.counters().increment(Counter.DATAGRAMS_UNSENT);
            return;
        }
        acquired = null;
        slot.setLength(length);
        toClient.filled().offer(slot);
        // Pairs with the volatile store of the waiting thread in RingTransport.await: either it sees the reply or this
        // sees it wait.
        VarHandle.fullFence();
        wakeClient.run();
    }

    @Override
    public int bytesMax(long peer) {
        return PortLimits.RING_SLOT_BYTES;
    }
}
