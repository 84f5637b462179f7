package dev.quern.client.transport;

import dev.quern.protocol.Toeplitz;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.PrimitiveIterator;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;

/**
 * Source ports whose flows a server's device hands to a receive queue of our choice, see {@link Toeplitz}. A wrong guess costs a hand-over
 * between cores, nothing else. Any thread.
 */
public final class SourcePorts {
    /** Linux's, and within what IANA leaves to everyone. */
    private static final int FIRST = 32_768;

    private static final int COUNT = 28_232;

    private SourcePorts() {}

    /**
     * All ports from which packets to the server reach the queue, in their order from a random one on.
     *
     * @param local the address that packets leave from
     * @param server address and port that they go to
     * @param queue from 0
     * @param queueCount how many queues the server's device spreads flows over
     */
    public static IntStream reaching(InetAddress local, InetSocketAddress server, int queue, int queueCount) {
        ByteArrayOutputStream both = new ByteArrayOutputStream();
        both.writeBytes(local.getAddress());
        both.writeBytes(server.getAddress().getAddress());
        int addressBytes = both.size();
        int addressHash = Toeplitz.hash(both.toByteArray());
        int begin = ThreadLocalRandom.current().nextInt(COUNT);
        return IntStream.range(0, COUNT).map(i -> FIRST + (begin + i) % COUNT).filter(port -> {
            int hash = addressHash ^ Toeplitz.portsHash(addressBytes, port, server.getPort());
            return Toeplitz.queue(hash, queueCount) == queue;
        });
    }

    /** The first few of {@link #reaching}, for one after the other to be tried until one is free. */
    static PrimitiveIterator.OfInt candidates(
            InetAddress local, InetSocketAddress server, int queue, int queueCount, int countMax) {
        return reaching(local, server, queue, queueCount).limit(countMax).iterator();
    }
}
