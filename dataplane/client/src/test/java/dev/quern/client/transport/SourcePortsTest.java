package dev.quern.client.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.protocol.Toeplitz;
import java.io.ByteArrayOutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(100)
class SourcePortsTest {
    private static int queue(InetAddress from, int sourcePort, InetSocketAddress to, int queueCount) {
        ByteArrayOutputStream both = new ByteArrayOutputStream();
        both.writeBytes(from.getAddress());
        both.writeBytes(to.getAddress().getAddress());
        return Toeplitz.queue(Toeplitz.hash(both.toByteArray(), sourcePort, to.getPort()), queueCount);
    }

    @Test
    void shouldFindManyPortsForEveryQueue() {
        InetAddress local = InetAddress.ofLiteral("fd00:1::1");
        InetSocketAddress server = new InetSocketAddress(InetAddress.ofLiteral("fd00:1::2"), 7402);
        for (int queue = 0; queue < 7; queue++) {
            int wanted = queue;
            int[] found = SourcePorts.reaching(local, server, queue, 7).toArray();
            assertTrue(found.length > 1000, "every queue is reached from many ports");
            for (int port : found) {
                assertTrue(port >= 32_768 && port < 61_000);
                assertEquals(wanted, queue(local, port, server, 7));
            }
        }
    }

    @Test
    void shouldSendFromAPortThatReachesTheCoresQueue() throws Exception {
        try (DatagramSocket core = new DatagramSocket(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0))) {
            InetSocketAddress to = (InetSocketAddress) core.getLocalSocketAddress();
            for (int index = 0; index < 4; index++) {
                // The socket stands for core `index` of a server whose core 0 has so many ports less.
                InetSocketAddress base = new InetSocketAddress(to.getAddress(), to.getPort() - index);
                try (UdpTransport transport = UdpTransport.to(base, 1432, 1432, IntUnaryOperator.identity(), 4);
                        Transport.Link link = transport.open(to.getPort())) {
                    assertTrue(link.send(ByteBuffer.allocateDirect(8)));
                    DatagramPacket packet = new DatagramPacket(new byte[8], 8);
                    core.receive(packet);
                    assertEquals(index, queue(packet.getAddress(), packet.getPort(), to, 4));
                }
            }
        }
    }
}
