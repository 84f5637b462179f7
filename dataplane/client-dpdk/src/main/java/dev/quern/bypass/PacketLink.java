package dev.quern.bypass;

import dev.quern.client.transport.Transport;
import dev.quern.ffi.linux.NativeMemory;
import dev.quern.net.PacketBurst;
import dev.quern.net.PacketFlags;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** The way to one core: a source port of ours, and what has come for it. One thread. */
final class PacketLink implements Transport.Link {
    /** Datagrams that wait to be taken; a session has no more requests under way. More are lost, as any may be. */
    private static final int WAITING_MAX = 1024;

    private final PacketTransport transport;
    private final int sourcePort;
    private final int port;
    private final PacketBurst waiting = new PacketBurst(WAITING_MAX);
    private int next;

    PacketLink(PacketTransport transport, int sourcePort, int port) {
        this.transport = transport;
        this.sourcePort = sourcePort;
        this.port = port;
    }

    int sourcePort() {
        return sourcePort;
    }

    int port() {
        return port;
    }

    boolean hasWaiting() {
        return next < waiting.count();
    }

    /** A datagram for this link; false when there is no room, and the buffer stays the caller's. */
    boolean offer(long handle, long payload, int length) {
        if (waiting.room() == 0) {
            return false;
        }
        waiting.add(handle, payload, length, PacketFlags.NONE);
        return true;
    }

    @Override
    public boolean send(ByteBuffer datagram) {
        return transport.send(this, datagram);
    }

    @Override
    public int receive(ByteBuffer target) {
        if (!hasWaiting()) {
            waiting.truncate(0);
            next = 0;
            transport.turn();
            if (!hasWaiting()) {
                return 0;
            }
        }
        int index = next++;
        int length = waiting.length(index);
        NativeMemory.copy(
                waiting.address(index), MemorySegment.ofBuffer(target.clear()).address(), length);
        transport.release(waiting.handle(index), waiting.address(index));
        return length;
    }

    @Override
    public @Nullable String failure() {
        return transport.failure();
    }

    @Override
    public void close() {
        while (hasWaiting()) {
            transport.release(waiting.handle(next), waiting.address(next));
            next++;
        }
        transport.closed(this);
    }
}
