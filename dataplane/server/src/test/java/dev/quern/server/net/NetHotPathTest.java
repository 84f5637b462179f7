package dev.quern.server.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.quern.ffi.linux.NativeMemory;
import dev.quern.net.NetLimits;
import dev.quern.net.PacketBurst;
import dev.quern.net.PacketFlags;
import dev.quern.net.ReceiveQueue;
import dev.quern.net.TransmitQueue;
import dev.quern.protocol.DatagramLayout;
import dev.quern.protocol.MessageLayout;
import dev.quern.protocol.Opcode;
import dev.quern.server.Server;
import dev.quern.server.ServerConfig;
import dev.quern.server.StartedServers;
import dev.quern.server.loop.Core;
import dev.quern.server.loop.Counter;
import dev.quern.server.loop.Port;
import dev.quern.server.loop.PortFactory;
import dev.quern.server.session.SessionBudgets;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The way of a frame through the stack, the door and back to the device, on a core's own thread: it allocates nothing. */
@Timeout(100)
class NetHotPathTest {
    private static final int FRAMES = 32;
    private static final int ROUNDS = 200;
    private static final int WARM_UP = 60;
    private static final int ATTEMPTS = 20;

    /** Frames that the stack answers, that the door answers without a session, and that are dropped. */
    private static byte[][] frames() {
        byte[] ours = StackRig.OUR_IP;
        byte[] theirs = StackRig.THEIR_IP;
        byte[] ours6 = StackRig.OUR_IP6;
        byte[] theirs6 = StackRig.THEIR_IP6;
        byte[] message = new byte[32];
        return new byte[][] {
            Frames.ethernet(
                    StackRig.OUR_MAC, StackRig.THEIR_MAC, 0x0806, Frames.arp(1, StackRig.THEIR_MAC, theirs, 0, ours)),
            Frames.ethernet(
                    StackRig.OUR_MAC,
                    StackRig.THEIR_MAC,
                    0x0800,
                    Frames.ip4(theirs, ours, 1, Frames.icmp4(8, message))),
            Frames.ethernet(
                    StackRig.OUR_MAC,
                    StackRig.THEIR_MAC,
                    0x86DD,
                    Frames.ip6(theirs6, ours6, 58, 64, Frames.icmp6(theirs6, ours6, 128, message))),
            Frames.ethernet(
                    StackRig.OUR_MAC,
                    StackRig.THEIR_MAC,
                    0x0800,
                    Frames.ip4(theirs, ours, 17, Frames.udp(theirs, ours, 5000, StackRig.PORT, unknownSession()))),
            Frames.ethernet(
                    StackRig.OUR_MAC,
                    StackRig.THEIR_MAC,
                    0x86DD,
                    Frames.ip6(
                            theirs6, ours6, 17, 64, Frames.udp(theirs6, ours6, 5000, StackRig.PORT, unknownSession()))),
            Frames.ethernet(StackRig.OUR_MAC, StackRig.THEIR_MAC, 0x88CC, message),
        };
    }

    /** With one message, so that its answer takes the whole way back. */
    private static byte[] unknownSession() {
        byte[] datagram = new byte[DatagramLayout.HEADER_BYTES + MessageLayout.HEADER_BYTES];
        var memory = MemorySegment.ofArray(datagram);
        DatagramLayout.writeHeader(memory, 0, 0, 77);
        MessageLayout.writeHeader(memory, DatagramLayout.HEADER_BYTES, Opcode.PING, 0, 0, 0, 1, 0);
        return datagram;
    }

    private final CompletableFuture<Long> fewest = new CompletableFuture<>();
    private final MemoryWire wire = MemoryWire.perfect();

    /** Runs the port within one poll, again and again. */
    private final class Probe implements PortFactory {
        private final NetPorts ports;

        Probe(NetPorts ports) {
            this.ports = ports;
        }

        @Override
        public Port open(Core core) throws IOException {
            Port port = ports.open(core);
            return new Port() {
                @Override
                public int poll(long nowNs, int limit) {
                    if (!fewest.isDone()) {
                        try {
                            fewest.complete(measure(port, nowNs));
                        } catch (Throwable failed) {
                            fewest.completeExceptionally(failed);
                        }
                    }
                    return 0;
                }

                @Override
                public int pollShort(long nowNs, int limit) {
                    return 0;
                }

                @Override
                public int flush(long nowNs) {
                    return 0;
                }

                @Override
                public boolean wakesCore() {
                    return false;
                }

                @Override
                public String describe() {
                    return port.describe();
                }

                @Override
                public boolean drained() {
                    return true;
                }

                @Override
                public void close() {
                    port.close();
                }
            };
        }

        @Override
        public List<InetSocketAddress> addresses() {
            return ports.addresses();
        }

        @Override
        public String name() {
            return ports.name();
        }

        @Override
        public void close() {
            ports.close();
        }
    }

    private long measure(Port port, long nowNs) {
        byte[][] frames = frames();
        PacketBurst burst = new PacketBurst(NetLimits.BURST);
        TransmitQueue out = wire.left().transmitQueue(0);
        ReceiveQueue in = wire.left().receiveQueue(0);
        run(port, nowNs, frames, burst, out, in, WARM_UP * ROUNDS);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long least = Long.MAX_VALUE;
        for (int attempt = 0; attempt < ATTEMPTS && least > 0; attempt++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            run(port, nowNs, frames, burst, out, in, ROUNDS);
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        return least;
    }

    private static void run(
            Port port, long nowNs, byte[][] frames, PacketBurst burst, TransmitQueue out, ReceiveQueue in, int rounds) {
        for (int round = 0; round < rounds; round++) {
            burst.truncate(0);
            out.allocate(burst, FRAMES);
            int count = burst.count();
            burst.truncate(0);
            for (int i = 0; i < count; i++) {
                byte[] frame = frames[i % frames.length];
                NativeMemory.copyFromArray(frame, 0, burst.address(i), frame.length);
                burst.add(burst.handle(i), burst.address(i), frame.length, PacketFlags.NONE);
            }
            out.transmit(burst, 0);
            port.poll(nowNs, NetLimits.BURST);
            port.flush(nowNs);
            burst.truncate(0);
            in.receive(burst, burst.capacity());
            out.free(burst, 0);
        }
    }

    @Test
    void shouldAllocateNothing() throws Exception {
        ServerConfig config =
                ServerConfig.builder().cores(1).udp("off").resp("off").build();
        NetPorts ports = new NetPorts(wire.right(), NetPortTest.SERVER, 1, new SessionBudgets(config.sessions()));
        try (Server server = StartedServers.with(config, List.of(new Probe(ports)))) {
            assertEquals(0, fewest.get(50, TimeUnit.SECONDS));
            assertTrue(server.counters().get(Counter.NET_ECHOES_ANSWERED) > 0);
            assertTrue(server.counters().get(Counter.NET_ARP_ANSWERED) > 0);
            assertTrue(server.counters().get(Counter.DATAGRAMS_SENT) > 0);
            assertEquals(0, server.counters().get(Counter.NET_FRAMES_UNSENT));
        }
        wire.left().close();
    }
}
