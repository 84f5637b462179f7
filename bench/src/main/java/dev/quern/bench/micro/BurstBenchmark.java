package dev.quern.bench.micro;

import dev.quern.ffi.linux.MultiMessage;
import dev.quern.ffi.linux.NativeMemory;
import dev.quern.ffi.linux.SocketLayout;
import dev.quern.ffi.linux.UdpSocket;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.DatagramChannel;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A burst of 32 datagrams over the kernel's loopback: sent by one socket, and received by another on the same thread, as our UDP port does and as NIO
 * would. The figure is for one datagram, sent and received.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 10, time = 100, timeUnit = TimeUnit.MILLISECONDS)
@Fork(1)
public class BurstBenchmark {
    private static final int BURST = 32;
    private static final int BYTES = 128;
    private static final int BUFFER_BYTES = 1 << 20;
    private static final long WAIT_MAX_NS = TimeUnit.SECONDS.toNanos(30);

    private static InetSocketAddress anyPort() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    /** The kernel may hand a datagram on a little later, and drops none of so few. */
    private static void await(long deadlineNs, int received) {
        if (System.nanoTime() - deadlineNs > 0) {
            throw new IllegalStateException("received " + received + " datagrams of " + BURST);
        }
        Thread.onSpinWait();
    }

    /** By recvmmsg and sendmmsg, as the UDP port. */
    @State(Scope.Thread)
    public static class Multi {
        private final MultiMessage sent = new MultiMessage(BURST, BYTES);
        private final MultiMessage received = new MultiMessage(BURST, BYTES);
        private final Arena arena = Arena.ofShared();
        private @Nullable UdpSocket from;
        private @Nullable UdpSocket to;
        private long stamp;

        /** Binds two sockets. */
        @Setup(Level.Trial)
        public void open() throws IOException {
            from = UdpSocket.open(anyPort(), BUFFER_BYTES);
            to = UdpSocket.open(anyPort(), BUFFER_BYTES);
            long peer = arena.allocate(SocketLayout.ADDRESS_SLOT, Long.BYTES).address();
            SocketLayout.write(peer, to.localAddress(), from.family());
            for (int i = 0; i < BURST; i++) {
                sent.set(i, BYTES, peer);
            }
        }

        /** Closes them. */
        @TearDown(Level.Trial)
        public void close() {
            Objects.requireNonNull(from).close();
            Objects.requireNonNull(to).close();
            sent.close();
            received.close();
            arena.close();
        }

        long burst() {
            for (int i = 0; i < BURST; i++) {
                NativeMemory.putLong(sent.address(i), ++stamp);
            }
            int taken = sent.send(Objects.requireNonNull(from).descriptor(), 0, BURST);
            if (taken != BURST) {
                throw new IllegalStateException("sent " + taken + " datagrams of " + BURST);
            }
            int count = 0;
            long deadlineNs = System.nanoTime() + WAIT_MAX_NS;
            while (count < BURST) {
                int more = received.receive(Objects.requireNonNull(to).descriptor(), BURST - count);
                for (int i = 0; i < more; i++) {
                    count++;
                    check(NativeMemory.getLong(received.address(i)), stamp - BURST + count);
                }
                if (more <= 0) {
                    await(deadlineNs, count);
                }
            }
            return stamp;
        }
    }

    private static void check(long stamp, long expected) {
        if (stamp != expected) {
            throw new IllegalStateException("datagram " + stamp + " in place of " + expected);
        }
    }

    /** By a system call of NIO for each datagram. */
    @State(Scope.Thread)
    public static class Nio {
        private final ByteBuffer buffer = ByteBuffer.allocateDirect(BYTES).order(ByteOrder.nativeOrder());
        private @Nullable DatagramChannel from;
        private @Nullable DatagramChannel to;
        private @Nullable SocketAddress address;
        private long stamp;

        /** Binds two channels. */
        @Setup(Level.Trial)
        public void open() throws IOException {
            from = DatagramChannel.open().bind(anyPort());
            to = DatagramChannel.open().bind(anyPort());
            to.configureBlocking(false);
            address = to.getLocalAddress();
        }

        /** Closes them. */
        @TearDown(Level.Trial)
        public void close() throws IOException {
            Objects.requireNonNull(from).close();
            Objects.requireNonNull(to).close();
        }

        long burst() throws IOException {
            DatagramChannel sender = Objects.requireNonNull(from);
            DatagramChannel receiver = Objects.requireNonNull(to);
            SocketAddress peer = Objects.requireNonNull(address);
            for (int i = 0; i < BURST; i++) {
                buffer.clear().putLong(0, ++stamp);
                sender.send(buffer, peer);
            }
            int count = 0;
            long deadlineNs = System.nanoTime() + WAIT_MAX_NS;
            while (count < BURST) {
                if (receiver.receive(buffer.clear()) == null) {
                    await(deadlineNs, count);
                } else {
                    count++;
                    check(buffer.getLong(0), stamp - BURST + count);
                }
            }
            return stamp;
        }
    }

    /** {@link MultiMessage}. */
    @Benchmark
    @OperationsPerInvocation(BURST)
    public long burstMulti(Multi sockets) {
        return sockets.burst();
    }

    /** {@link DatagramChannel}. */
    @Benchmark
    @OperationsPerInvocation(BURST)
    public long burstNio(Nio channels) throws IOException {
        return channels.burst();
    }
}
