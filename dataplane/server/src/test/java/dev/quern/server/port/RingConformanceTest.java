package dev.quern.server.port;

import dev.quern.client.transport.Transport;
import dev.quern.server.loop.PortFactory;
import dev.quern.server.session.SessionBudgets;

/** Rings within the JVM. */
class RingConformanceTest extends PortConformanceTest {
    @Override
    PortFactory factory(int cores, SessionBudgets budgets) {
        return new RingPorts(cores, budgets);
    }

    @Override
    Transport transport(PortFactory factory) {
        return ((RingPorts) factory).transport();
    }

    @Override
    boolean seesClientsGo() {
        return true;
    }
}
