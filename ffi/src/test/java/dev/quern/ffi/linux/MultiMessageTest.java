package dev.quern.ffi.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class MultiMessageTest {
    private static final int BUFFER_BYTES = 4 << 20;
    private static final int DATAGRAM_BYTES = 65_507;

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void shouldCarryABatchWithLengthsAndPeers(String host) throws Exception {
        InetAddress address = InetAddress.ofLiteral(host);
        assumeTrue(NetworkInterface.getByInetAddress(address) != null, host + " is not an address of this machine");
        try (UdpSocket left = UdpSocket.open(new InetSocketAddress(address, 0), BUFFER_BYTES);
                UdpSocket right = UdpSocket.open(new InetSocketAddress(address, 0), BUFFER_BYTES);
                MultiMessage out = new MultiMessage(8, DATAGRAM_BYTES);
                MultiMessage in = new MultiMessage(8, DATAGRAM_BYTES);
                Arena arena = Arena.ofConfined()) {
            long peer = arena.allocate(SocketLayout.ADDRESS_SLOT, 8).address();
            SocketLayout.write(peer, right.localAddress(), right.family());
            int[] lengths = {1, 16, 1_400, 60_000};
            for (int i = 0; i < lengths.length; i++) {
                NativeMemory.fill(out.address(i), lengths[i], (byte) (i + 1));
                out.set(i, lengths[i], peer);
            }
            assertEquals(lengths.length, out.send(left.descriptor(), 0, lengths.length));
            int received = 0;
            while (received < lengths.length) {
                int count = in.receive(right.descriptor(), in.capacity());
                assertTrue(count >= 0);
                for (int i = 0; i < count; i++, received++) {
                    assertEquals(lengths[received], in.length(i));
                    assertFalse(in.truncated(i));
                    assertEquals(received + 1, NativeMemory.getByte(in.address(i) + lengths[received] - 1));
                    assertEquals(left.localAddress(), SocketLayout.read(in.peer(i)));
                }
            }
            assertEquals(0, in.receive(right.descriptor(), in.capacity()));
        }
    }

    @Test
    void shouldSayThatADatagramWasTruncated() throws Exception {
        try (UdpSocket socket = open();
                MultiMessage out = new MultiMessage(1, 100);
                MultiMessage in = new MultiMessage(1, 64);
                Arena arena = Arena.ofConfined()) {
            long peer = arena.allocate(SocketLayout.ADDRESS_SLOT, 8).address();
            SocketLayout.write(peer, socket.localAddress(), socket.family());
            out.set(0, 100, peer);
            assertEquals(1, out.send(socket.descriptor(), 0, 1));
            while (in.receive(socket.descriptor(), 1) == 0) {
                Thread.onSpinWait();
            }
            assertTrue(in.truncated(0));
        }
    }

    @Test
    void shouldSayWhenADatagramArrived() throws Exception {
        try (UdpSocket socket = open();
                MultiMessage out = new MultiMessage(1, 100);
                MultiMessage in = new MultiMessage(2, 100);
                Arena arena = Arena.ofConfined()) {
            long peer = arena.allocate(SocketLayout.ADDRESS_SLOT, 8).address();
            SocketLayout.write(peer, socket.localAddress(), socket.family());
            out.set(0, 100, peer);
            assertEquals(1, out.send(socket.descriptor(), 0, 1));
            while (in.receive(socket.descriptor(), 2) == 0) {
                Thread.onSpinWait();
            }
            assertEquals(0, in.stampNs(0), "not asked for");
            assertTrue(socket.stamps(true));
            long beforeMs = System.currentTimeMillis();
            assertEquals(1, out.send(socket.descriptor(), 0, 1));
            while (in.receive(socket.descriptor(), 2, true) == 0) {
                Thread.onSpinWait();
            }
            long stampMs = in.stampNs(0) / 1_000_000;
            assertTrue(stampMs >= beforeMs && stampMs <= System.currentTimeMillis(), "stamped: " + stampMs);
            assertTrue(socket.stamps(false));
            assertEquals(1, out.send(socket.descriptor(), 0, 1));
            while (in.receive(socket.descriptor(), 2, true) == 0) {
                Thread.onSpinWait();
            }
            assertEquals(0, in.stampNs(0), "no longer");
        }
    }

    @Test
    void shouldAllocateNothingPerCall() throws Exception {
        try (UdpSocket socket = open();
                MultiMessage out = new MultiMessage(4, 256);
                MultiMessage in = new MultiMessage(4, 256);
                Arena arena = Arena.ofConfined()) {
            long peer = arena.allocate(SocketLayout.ADDRESS_SLOT, 8).address();
            SocketLayout.write(peer, socket.localAddress(), socket.family());
            ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            exchange(socket, out, in, peer, 20_000);
            long fewest = Long.MAX_VALUE;
            for (int attempt = 0; attempt < 10 && fewest > 0; attempt++) {
                long before = threads.getCurrentThreadAllocatedBytes();
                exchange(socket, out, in, peer, 2_000);
                fewest = Math.min(fewest, threads.getCurrentThreadAllocatedBytes() - before);
            }
            assertEquals(0, fewest);
        }
    }

    private static void exchange(UdpSocket socket, MultiMessage out, MultiMessage in, long peer, int rounds) {
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < out.capacity(); i++) {
                out.set(i, 64, peer);
            }
            int sent = out.send(socket.descriptor(), 0, out.capacity());
            int received = 0;
            while (received < sent) {
                received += in.receive(socket.descriptor(), in.capacity());
            }
        }
    }

    @Test
    void shouldNameAnAddressInUse() throws Exception {
        try (UdpSocket socket = open()) {
            BindException refused =
                    assertThrows(BindException.class, () -> UdpSocket.open(socket.localAddress(), BUFFER_BYTES));
            assertTrue(
                    String.valueOf(refused.getMessage())
                            .contains(":" + socket.localAddress().getPort()),
                    refused.getMessage());
            assertTrue(String.valueOf(refused.getMessage()).contains("in use"), refused.getMessage());
        }
    }

    private static UdpSocket open() throws IOException {
        return UdpSocket.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), BUFFER_BYTES);
    }
}
