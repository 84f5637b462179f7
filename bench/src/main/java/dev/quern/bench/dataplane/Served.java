package dev.quern.bench.dataplane;

import com.sun.management.ThreadMXBean;
import dev.quern.bench.peers.Workload;
import dev.quern.client.ClientConfig;
import dev.quern.client.ClientTable;
import dev.quern.client.QuernClient;
import dev.quern.client.transport.ShmTransport;
import dev.quern.client.transport.Transport;
import dev.quern.client.transport.UdpTransport;
import dev.quern.ffi.linux.Affinity;
import dev.quern.server.EmbeddedQuern;
import dev.quern.server.Quern;
import dev.quern.server.ServerConfig;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntUnaryOperator;

/** A server with one core and the records of the workload, open by one way only, in this JVM. */
final class Served implements AutoCloseable {
    /** Long enough that a core that has requests every few microseconds never sleeps between them. */
    private static final int SPINS = 100_000;

    private static final int PUTS_IN_FLIGHT = 500;
    private static final int THREADS_MAX = 1_000;
    private static final int DATAGRAM_BYTES = 16 << 10;

    private final EmbeddedQuern quern;

    private Served(EmbeddedQuern quern) {
        this.quern = quern;
    }

    /** @param address a directory, or a UDP port; nothing for {@link Way#RING} */
    static Served open(Way way, String address, int cpu, Workload workload) throws IOException {
        ServerConfig.Builder config = ServerConfig.builder()
                .cores(1)
                .udp(way == Way.UDP ? "127.0.0.1:" + address : "off")
                .resp("off")
                .shm(way == Way.SHM ? address : "off")
                .idle(idle -> idle.spins(SPINS));
        if (Affinity.allowed().get(cpu)) {
            config.cpus(List.of(cpu));
        }
        Served served = new Served(Quern.embedded(config.build()));
        served.load(workload);
        return served;
    }

    private void load(Workload workload) {
        try (QuernClient client = quern.client("default")) {
            ClientTable table = client.table();
            for (int start = 0; start < workload.keys(); start += PUTS_IN_FLIGHT) {
                List<CompletableFuture<Long>> puts = new ArrayList<>(PUTS_IN_FLIGHT);
                for (int i = start; i < Math.min(start + PUTS_IN_FLIGHT, workload.keys()); i++) {
                    puts.add(table.put(Workload.key(i), workload.value(i)));
                }
                puts.forEach(client::await);
            }
        }
    }

    /** A client in this JVM. */
    QuernClient ringClient() {
        return quern.client(clientConfig());
    }

    /** A client in any JVM. */
    static QuernClient client(Way way, String address) throws IOException {
        Transport transport = way == Way.SHM
                ? ShmTransport.to(Path.of(address))
                : UdpTransport.to(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(address)),
                        DATAGRAM_BYTES,
                        DATAGRAM_BYTES,
                        IntUnaryOperator.identity());
        return QuernClient.connect(clientConfig().transport(transport).build());
    }

    private static ClientConfig.Builder clientConfig() {
        return ClientConfig.builder().threading(ClientConfig.Threading.INVOKER);
    }

    /** What the threads that turn cores have allocated. */
    long loopBytes() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        // A dump of all threads would be a safepoint of its own.
        Thread[] running = new Thread[THREADS_MAX];
        int count = Thread.enumerate(running);
        long sum = 0;
        for (int i = 0; i < count; i++) {
            if (running[i].getName().startsWith("quern-core-")) {
                sum += threads.getThreadAllocatedBytes(running[i].threadId());
            }
        }
        return sum;
    }

    @Override
    public void close() {
        quern.close();
    }
}
