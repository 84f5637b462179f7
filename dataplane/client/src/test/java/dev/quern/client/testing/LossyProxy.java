package dev.quern.client.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A UDP proxy on loopback between clients and one server port, which drops, repeats, delays (and so reorders) and corrupts datagrams
 * in both directions, by the dice of a seed. Its one thread is its own; setters work at any time, from any thread.
 *
 * <p>The dice are cast in the order in which datagrams arrive, so that a seed repeats a run only as far as the arrival order does.
 */
public final class LossyProxy implements AutoCloseable {
    private static final int DATAGRAM_BYTES_MAX = 65_536;

    /** One client's way to the server: a socket of its own, so that the server tells clients apart. */
    private record Way(DatagramChannel toServer, SocketAddress client) {}

    @SuppressWarnings("ArrayRecordComponent")
    private record Delayed(long dueNs, long order, byte[] bytes, Way way, boolean toServer)
            implements Comparable<Delayed> {
        @Override
        public int compareTo(Delayed other) {
            int byTime = Long.compare(dueNs - other.dueNs, 0);
            return byTime != 0 ? byTime : Long.compare(order, other.order);
        }
    }

    private final InetSocketAddress server;
    private final Selector selector;
    private final DatagramChannel front;
    private final Map<SocketAddress, Way> ways = new HashMap<>();
    private final PriorityQueue<Delayed> delayed = new PriorityQueue<>();
    private final SplittableRandom random;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(DATAGRAM_BYTES_MAX);
    private final Thread thread;
    private final AtomicLong forwarded = new AtomicLong();
    private final AtomicLong dropped = new AtomicLong();
    private final AtomicLong duplicated = new AtomicLong();
    private final AtomicLong corrupted = new AtomicLong();
    private volatile double dropRate;
    private volatile double duplicateRate;
    private volatile double corruptRateToServer;
    private volatile double corruptRateToClient;
    private volatile double delayRate;
    private volatile long delayNsMax;
    private volatile boolean closed;
    private long order;

    private LossyProxy(InetSocketAddress server, long seed) throws IOException {
        this.server = server;
        random = new SplittableRandom(seed);
        selector = Selector.open();
        front = DatagramChannel.open();
        front.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        front.configureBlocking(false);
        front.register(selector, SelectionKey.OP_READ);
        thread = new Thread(this::run, "lossy-proxy");
        thread.setDaemon(true);
    }

    /** Starts a proxy that loses nothing yet. */
    public static LossyProxy start(InetSocketAddress server, long seed) throws IOException {
        LossyProxy proxy = new LossyProxy(server, seed);
        proxy.thread.start();
        return proxy;
    }

    /** Where clients send to. */
    public InetSocketAddress address() {
        return new InetSocketAddress(
                InetAddress.getLoopbackAddress(), front.socket().getLocalPort());
    }

    /** The share of datagrams that get lost, 0 … 1; 1 cuts the line. */
    public LossyProxy drop(double rate) {
        dropRate = rate;
        return this;
    }

    /** The share of datagrams that arrive twice. */
    public LossyProxy duplicate(double rate) {
        duplicateRate = rate;
        return this;
    }

    /** The share of datagrams with one flipped bit. UDP's own checksum would catch most such: this is for tagged sessions. */
    public LossyProxy corrupt(double rate) {
        return corrupt(rate, rate);
    }

    /** As {@link #corrupt(double)}, with another share for each direction. */
    public LossyProxy corrupt(double rateToServer, double rateToClient) {
        corruptRateToServer = rateToServer;
        corruptRateToClient = rateToClient;
        return this;
    }

    /** The share of datagrams that arrive up to so much later, and so behind others. */
    public LossyProxy delay(double rate, long nsMax) {
        delayNsMax = nsMax;
        delayRate = rate;
        return this;
    }

    public long forwarded() {
        return forwarded.get();
    }

    public long dropped() {
        return dropped.get();
    }

    public long duplicated() {
        return duplicated.get();
    }

    public long corrupted() {
        return corrupted.get();
    }

    private void run() {
        try {
            while (!closed) {
                Delayed first = delayed.peek();
                if (first == null) {
                    selector.select(this::drain);
                } else {
                    selector.select(this::drain, Math.max(1, (first.dueNs() - System.nanoTime()) / 1_000_000));
                }
                deliverDue();
            }
        } catch (ClosedSelectorException e) {
            if (!closed) {
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException("proxy to " + server + " failed", e);
        }
    }

    private void deliverDue() {
        for (Delayed next = delayed.peek();
                next != null && next.dueNs() - System.nanoTime() <= 0;
                next = delayed.peek()) {
            delayed.remove();
            deliver(next.bytes(), next.way(), next.toServer());
        }
    }

    private void drain(SelectionKey key) {
        DatagramChannel channel = (DatagramChannel) key.channel();
        try {
            while (true) {
                buffer.clear();
                SocketAddress from = channel.receive(buffer);
                if (from == null) {
                    return;
                }
                byte[] bytes = new byte[buffer.flip().remaining()];
                buffer.get(bytes);
                boolean toServer = channel.equals(front);
                Way way = toServer ? way(from) : (Way) key.attachment();
                if (way != null) {
                    pass(bytes, way, toServer);
                }
            }
        } catch (java.net.PortUnreachableException e) {
            // The peer is not there: its datagrams are lost, as on any network.
            dropped.incrementAndGet();
        } catch (IOException e) {
            throw new UncheckedIOException("proxy to " + server + " failed", e);
        }
    }

    private @Nullable Way way(SocketAddress client) throws IOException {
        Way known = ways.get(client);
        if (known != null) {
            return known;
        }
        DatagramChannel channel = DatagramChannel.open();
        channel.configureBlocking(false);
        channel.connect(server);
        Way way = new Way(channel, client);
        channel.register(selector, SelectionKey.OP_READ, way);
        ways.put(client, way);
        return way;
    }

    private void pass(byte[] bytes, Way way, boolean toServer) {
        if (random.nextDouble() < dropRate) {
            dropped.incrementAndGet();
            return;
        }
        int copies = 1;
        if (random.nextDouble() < duplicateRate) {
            duplicated.incrementAndGet();
            copies = 2;
        }
        if (bytes.length > 0 && random.nextDouble() < (toServer ? corruptRateToServer : corruptRateToClient)) {
            corrupted.incrementAndGet();
            int bit = random.nextInt(bytes.length * Byte.SIZE);
            bytes[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
        }
        for (int i = 0; i < copies; i++) {
            if (random.nextDouble() < delayRate) {
                long dueNs = System.nanoTime() + random.nextLong(delayNsMax + 1);
                delayed.add(new Delayed(dueNs, order++, bytes, way, toServer));
            } else {
                deliver(bytes, way, toServer);
            }
        }
    }

    private void deliver(byte[] bytes, Way way, boolean toServer) {
        buffer.clear().put(bytes).flip();
        try {
            int sent = toServer ? way.toServer().write(buffer) : front.send(buffer, way.client());
            (sent > 0 ? forwarded : dropped).incrementAndGet();
        } catch (IOException e) {
            // Nobody there just now: lost, as on any network.
            dropped.incrementAndGet();
        }
    }

    @Override
    public void close() throws IOException {
        closed = true;
        selector.wakeup();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (Way way : ways.values()) {
            way.toServer().close();
        }
        front.close();
        selector.close();
    }
}
