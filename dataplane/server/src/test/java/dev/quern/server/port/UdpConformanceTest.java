package dev.quern.server.port;

import dev.quern.client.transport.Transport;
import dev.quern.client.transport.UdpTransport;
import dev.quern.server.loop.PortFactory;
import dev.quern.server.session.SessionBudgets;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.function.IntUnaryOperator;

/** Kernel sockets by recvmmsg. */
class UdpConformanceTest extends PortConformanceTest {
    UdpPorts.Driver driver() {
        return UdpPorts.Driver.NATIVE;
    }

    @Override
    PortFactory factory(int cores, SessionBudgets budgets) throws IOException {
        return new UdpPorts(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), cores, driver(), 4 << 20, 1432, budgets);
    }

    @Override
    Transport transport(PortFactory factory) throws IOException {
        return UdpTransport.to(factory.addresses().get(0), 16_384, 1_432, IntUnaryOperator.identity());
    }

    @Override
    boolean seesClientsGo() {
        return false;
    }
}
