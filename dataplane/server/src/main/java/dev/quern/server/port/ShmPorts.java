package dev.quern.server.port;

import dev.quern.client.transport.ShmTransport;
import dev.quern.server.loop.Core;
import dev.quern.server.loop.Port;
import dev.quern.server.loop.PortFactory;
import dev.quern.server.session.SessionBudgets;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * The native protocol over memory shared with clients on this machine: a directory with a socket a core, by which clients attach. Any
 * thread may make it.
 */
public final class ShmPorts implements PortFactory {
    private final ShmDirectory directory;
    private final int ringBytes;
    private final int clientsMax;
    private final SessionBudgets budgets;
    private final int[] numbers;
    private final AtomicInteger clients = new AtomicInteger();

    /**
     * Takes the directory, and clears what an earlier server left there.
     *
     * @param ringBytes each way and client
     * @param clientsMax of one core
     * @throws IOException when another server has it; the message names it
     */
    public ShmPorts(Path directory, int coreCount, int ringBytes, int clientsMax, SessionBudgets budgets)
            throws IOException {
        this.directory = ShmDirectory.open(directory);
        this.ringBytes = ringBytes;
        this.clientsMax = clientsMax;
        this.budgets = budgets;
        this.numbers = IntStream.range(0, coreCount)
                .map(index -> ShmTransport.PORT_OF_CORE_0 + index)
                .toArray();
    }

    @Override
    public Port open(Core core) throws IOException {
        return ShmPort.open(core, this, budgets, numbers);
    }

    ShmDirectory directory() {
        return directory;
    }

    int ringBytes() {
        return ringBytes;
    }

    int clientsMax() {
        return clientsMax;
    }

    /** A number that no other client of any core has had. */
    int nextClient() {
        return clients.incrementAndGet();
    }

    @Override
    public List<InetSocketAddress> addresses() {
        return List.of();
    }

    @Override
    public String name() {
        return "shm";
    }

    @Override
    public void close() {
        try {
            directory.close();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
