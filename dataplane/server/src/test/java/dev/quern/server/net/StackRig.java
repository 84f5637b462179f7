package dev.quern.server.net;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.ffi.linux.SocketLayout;
import dev.quern.net.NetLimits;
import dev.quern.net.PacketBurst;
import dev.quern.net.PacketFlags;
import dev.quern.server.loop.Counter;
import dev.quern.server.loop.Counters;
import java.lang.foreign.Arena;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** One stack on its own: frames go in as bytes, answers come out as bytes. One thread. */
final class StackRig implements AutoCloseable {
    /** What became of a frame: the outcome, the payload if it was a datagram, what was answered, and what was counted. */
    record Result(int outcome, String payload, List<String> sent, Map<Counter, Long> counted) {}

    static final long OUR_MAC = 0x0200_0000_0002L;
    static final long THEIR_MAC = 0x0200_0000_0001L;
    static final byte[] OUR_IP = Frames.ip("10.1.0.2");
    static final byte[] THEIR_IP = Frames.ip("10.1.0.1");
    static final byte[] OUR_IP6 = Frames.ip("fd00:1::2");
    static final byte[] THEIR_IP6 = Frames.ip("fd00:1::1");
    static final int PORT = 7400;

    private final Arena arena = Arena.ofConfined();
    private final MemoryWire wire = MemoryWire.perfect();
    private final Counters counters = new Counters();
    private final Outbox outbox;
    private final Host host;
    private final Questions questions;
    private final NetStack stack;
    private final long peer = arena.allocate(SocketLayout.ADDRESS_SLOT, 8).address();
    private final PacketBurst burst = new PacketBurst(64);
    private long nowNs;

    StackRig(NetConfig config) {
        host = new Host(wire.right(), config, 1, nowNs);
        outbox = new Outbox(wire.right().transmitQueue(0), counters);
        questions = new Questions(host, new FrameWriter(host), outbox, counters, nowNs);
        stack = new NetStack(host, questions, outbox, counters);
    }

    Neighbours neighbours() {
        return host.neighbours;
    }

    Questions questions() {
        return questions;
    }

    /** Lets time pass, and returns what was sent meanwhile. */
    List<String> pass(long ns) {
        for (long end = nowNs + ns; nowNs < end; ) {
            nowNs += NetLimits.NEIGHBOUR_TICK_NS;
            host.neighbours.tick(nowNs, questions);
        }
        return sent();
    }

    long nowNs() {
        return nowNs;
    }

    long count(Counter counter) {
        return counters.get(counter);
    }

    InetSocketAddress peer() {
        return SocketLayout.read(peer);
    }

    Result accept(byte[] frame) {
        return accept(frame, PacketFlags.NONE, (byte) 0);
    }

    /** @param beyond what lies in the buffer behind the frame */
    Result accept(byte[] frame, int flags, byte beyond) {
        if (!outbox.hasBuffer()) {
            throw new IllegalStateException("no buffer is left");
        }
        Map<Counter, Long> before = counts();
        long handle = outbox.take();
        long address = outbox.address();
        NativeMemory.fill(address, wire.right().bufferBytes(), beyond);
        NativeMemory.copyFromArray(frame, 0, address, frame.length);
        int outcome = stack.accept(handle, address, frame.length, flags, peer, nowNs);
        String payload = "";
        if (outcome == NetStack.DATAGRAM) {
            long from = stack.payload() - address;
            if (from < 0 || stack.payloadLength() < 0 || from + stack.payloadLength() > frame.length) {
                throw new IllegalStateException("the payload lies outside of its frame");
            }
            payload = hex(stack.payload(), stack.payloadLength());
        }
        if (outcome != NetStack.ANSWERED) {
            outbox.release(handle, address);
        }
        Map<Counter, Long> counted = new EnumMap<>(Counter.class);
        counts().forEach((counter, count) -> {
            if (!count.equals(before.get(counter))) {
                counted.put(counter, count - before.getOrDefault(counter, 0L));
            }
        });
        return new Result(outcome, payload, sent(), counted);
    }

    private Map<Counter, Long> counts() {
        Map<Counter, Long> counts = new EnumMap<>(Counter.class);
        for (Counter counter : Counter.values()) {
            counts.put(counter, counters.get(counter));
        }
        return counts;
    }

    private static String hex(long address, int length) {
        return java.util.HexFormat.of().formatHex(NativeMemory.toArray(address, length));
    }

    /** What has left since it was asked last. */
    List<String> sent() {
        outbox.flush();
        List<String> frames = new ArrayList<>();
        wire.left().receiveQueue(0).receive(burst, burst.capacity());
        for (int i = 0; i < burst.count(); i++) {
            frames.add(hex(burst.address(i), burst.length(i)));
        }
        wire.left().transmitQueue(0).free(burst, 0);
        return frames;
    }

    @Override
    public void close() {
        outbox.close();
        wire.close();
        arena.close();
    }
}
