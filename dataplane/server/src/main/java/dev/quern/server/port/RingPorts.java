package dev.quern.server.port;

import dev.quern.client.transport.Transport;
import dev.quern.server.loop.Core;
import dev.quern.server.loop.Port;
import dev.quern.server.loop.PortFactory;
import dev.quern.server.session.SessionBudgets;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/** The native protocol within the JVM, for embedded servers. {@link #transport} is for any thread. */
public final class RingPorts implements PortFactory {
    /** What stands for core 0 where UDP has its port; 0 means "whichever" in the client. */
    static final int PORT_OF_CORE_0 = 1;

    private final SessionBudgets budgets;
    private final int[] numbers;
    private final List<RingPort> ports = new CopyOnWriteArrayList<>();
    private final AtomicInteger links = new AtomicInteger();

    public RingPorts(int coreCount, SessionBudgets budgets) {
        this.budgets = budgets;
        this.numbers = IntStream.range(0, coreCount)
                .map(index -> PORT_OF_CORE_0 + index)
                .toArray();
    }

    @Override
    public Port open(Core core) {
        RingPort port = new RingPort(core, budgets, numbers);
        ports.add(port);
        return port;
    }

    /** A new client's transport. */
    public Transport transport() {
        return new RingTransport(this);
    }

    RingLink connect(int coreIndex, Runnable wakeClient) throws IOException {
        if (coreIndex < 0 || coreIndex >= ports.size()) {
            throw new IOException("the embedded server has no core " + coreIndex);
        }
        RingPort port = ports.get(coreIndex);
        RingLink link = new RingLink(port.core(), links.incrementAndGet(), wakeClient);
        try {
            port.core().executeShort(() -> port.add(link));
        } catch (RejectedExecutionException busy) {
            throw new IOException("the embedded server's core " + coreIndex + " takes no more links now", busy);
        }
        return link;
    }

    @Override
    public List<InetSocketAddress> addresses() {
        return List.of();
    }

    @Override
    public String name() {
        return "ring";
    }
}
