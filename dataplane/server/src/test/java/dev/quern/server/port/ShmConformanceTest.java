package dev.quern.server.port;

import dev.quern.client.transport.ShmTransport;
import dev.quern.client.transport.Transport;
import dev.quern.server.loop.PortFactory;
import dev.quern.server.session.SessionBudgets;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** Memory shared by processes; the client here is of the same. */
class ShmConformanceTest extends PortConformanceTest {
    @TempDir
    private Path directory;

    @Override
    PortFactory factory(int cores, SessionBudgets budgets) throws IOException {
        return new ShmPorts(directory.resolve("shm"), cores, 1 << 20, 64, budgets);
    }

    @Override
    Transport transport(PortFactory factory) throws IOException {
        return ShmTransport.to(directory.resolve("shm"));
    }

    @Override
    boolean seesClientsGo() {
        return true;
    }
}
