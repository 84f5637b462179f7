package dev.quern.client;

import dev.quern.client.transport.Transport;
import dev.quern.protocol.Limits;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How to reach a server, as whom, and with how much patience. Immutable; {@code ClientConfig.builder()} has defaults for everything:
 * tenant {@code default} without a secret at 127.0.0.1:7400.
 */
public final class ClientConfig {
    /** Who does the client's I/O. */
    public enum Threading {
        /** A daemon thread of the client's own. Every method may be called from any thread. */
        IO_THREAD,

        /**
         * The application, by {@link QuernClient#poll}. One thread at a time may use the client and all it handed out; synchronous
         * calls poll for themselves. {@link Pipeline} needs this.
         */
        INVOKER
    }

    private final InetSocketAddress address;
    private final String tenant;
    private final byte[] secret;
    private final Threading threading;
    private final Duration connectTimeout;
    private final Duration requestTimeout;
    private final Duration retransmitAfter;
    private final Duration retransmitAfterMax;
    private final int pendingMax;
    private final int windowMax;
    private final int datagramBytesLocal;
    private final int datagramBytesRemote;
    private final int serverQueues;
    private final int idleSpins;
    private final boolean busyRetries;
    private final @Nullable Transport transport;
    private final @Nullable FunctionRunner functionRunner;

    private ClientConfig(Builder builder) {
        address = builder.address;
        tenant = builder.tenant;
        secret = builder.secret;
        threading = builder.threading;
        connectTimeout = builder.connectTimeout;
        requestTimeout = builder.requestTimeout;
        retransmitAfter = builder.retransmitAfter;
        retransmitAfterMax = builder.retransmitAfterMax;
        pendingMax = builder.pendingMax;
        windowMax = builder.windowMax;
        datagramBytesLocal = builder.datagramBytesLocal;
        datagramBytesRemote = builder.datagramBytesRemote;
        serverQueues = builder.serverQueues;
        idleSpins = builder.idleSpins;
        busyRetries = builder.busyRetries;
        transport = builder.transport;
        functionRunner = builder.functionRunner;
    }

    public static Builder builder() {
        return new Builder();
    }

    /** The same for another tenant. */
    ClientConfig as(String otherTenant, byte[] otherSecret) {
        Builder builder = new Builder();
        builder.address = address;
        builder.threading = threading;
        builder.connectTimeout = connectTimeout;
        builder.requestTimeout = requestTimeout;
        builder.retransmitAfter = retransmitAfter;
        builder.retransmitAfterMax = retransmitAfterMax;
        builder.pendingMax = pendingMax;
        builder.windowMax = windowMax;
        builder.datagramBytesLocal = datagramBytesLocal;
        builder.datagramBytesRemote = datagramBytesRemote;
        builder.serverQueues = serverQueues;
        builder.idleSpins = idleSpins;
        builder.busyRetries = busyRetries;
        builder.functionRunner = functionRunner;
        return builder.tenant(otherTenant).secret(otherSecret).build();
    }

    public InetSocketAddress address() {
        return address;
    }

    public String tenant() {
        return tenant;
    }

    byte[] secret() {
        return secret;
    }

    public Threading threading() {
        return threading;
    }

    public Duration connectTimeout() {
        return connectTimeout;
    }

    public Duration requestTimeout() {
        return requestTimeout;
    }

    public Duration retransmitAfter() {
        return retransmitAfter;
    }

    public Duration retransmitAfterMax() {
        return retransmitAfterMax;
    }

    public int pendingMax() {
        return pendingMax;
    }

    public int windowMax() {
        return windowMax;
    }

    public int datagramBytesLocal() {
        return datagramBytesLocal;
    }

    public int datagramBytesRemote() {
        return datagramBytesRemote;
    }

    public int serverQueues() {
        return serverQueues;
    }

    public int idleSpins() {
        return idleSpins;
    }

    public boolean busyRetries() {
        return busyRetries;
    }

    @Nullable
    Transport transport() {
        return transport;
    }

    @Nullable
    FunctionRunner functionRunner() {
        return functionRunner;
    }

    /** Collects a configuration; one thread. Each setter checks its value at once and says what it should be. */
    public static final class Builder {
        private InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 7400);
        private String tenant = "default";
        private byte[] secret = new byte[0];
        private Threading threading = Threading.IO_THREAD;
        private Duration connectTimeout = Duration.ofSeconds(5);
        private Duration requestTimeout = Duration.ofSeconds(5);
        private Duration retransmitAfter = Duration.ofMillis(20);
        private Duration retransmitAfterMax = Duration.ofMillis(500);
        private int pendingMax = 64 * 1024;
        private int windowMax = Limits.WINDOW_MAX;
        private int datagramBytesLocal = Limits.DATAGRAM_BYTES_LOOPBACK;
        private int datagramBytesRemote = Limits.DATAGRAM_BYTES_DEFAULT;
        private int serverQueues = 1;
        private int idleSpins = 2_000;
        private boolean busyRetries = true;
        private @Nullable Transport transport;
        private @Nullable FunctionRunner functionRunner;

        private Builder() {}

        /** Host and native (UDP) port of one of the server's cores; the others are learned from it. */
        public Builder address(InetSocketAddress value) {
            address = value;
            return this;
        }

        /** As {@link #address(InetSocketAddress)}. */
        @SuppressWarnings("AddressSelection") // one server has one address; who wants another passes it
        public Builder address(String host, int port) {
            return address(new InetSocketAddress(host, port));
        }

        /** Whose data: up to 64 bytes of UTF-8. */
        public Builder tenant(String value) {
            int length = value.getBytes(StandardCharsets.UTF_8).length;
            require(
                    length >= 1 && length <= Limits.TENANT_NAME_BYTES_MAX,
                    "a tenant's name has 1 to 64 bytes: " + value);
            tenant = value;
            return this;
        }

        /** The tenant's secret; empty, the default, for a tenant without one. */
        public Builder secret(byte[] value) {
            secret = value.clone();
            return this;
        }

        /** As {@link #secret(byte[])}, in UTF-8. */
        public Builder secret(String value) {
            return secret(value.getBytes(StandardCharsets.UTF_8));
        }

        public Builder threading(Threading value) {
            threading = value;
            return this;
        }

        /** How long {@link QuernClient#connect} waits for the server. */
        public Builder connectTimeout(Duration value) {
            connectTimeout = positive(value, "connectTimeout");
            return this;
        }

        /** How long a request may take, all in all, unless it says otherwise. The server is told, and drops what it cannot begin in time. */
        public Builder requestTimeout(Duration value) {
            requestTimeout = positive(value, "requestTimeout");
            return this;
        }

        /**
         * A request without an answer is sent again after a while, then after twice as long, and so on up to {@code max}; with jitter.
         * The while is {@code after} at first; then it follows the round trips to each core as they are measured, from a quarter of
         * {@code after} up to {@code max}.
         */
        public Builder retransmit(Duration after, Duration max) {
            require(positive(after, "after").compareTo(positive(max, "max")) <= 0, "after must not exceed max");
            retransmitAfter = after;
            retransmitAfterMax = max;
            return this;
        }

        /** Requests that the client holds, sent or waiting to be sent; one more fails with {@link QuernException.Busy}. */
        public Builder pendingMax(int value) {
            require(value > 0, "pendingMax must be positive: " + value);
            pendingMax = value;
            return this;
        }

        /**
         * Requests sent to one core and not answered yet, at most: the server's window unless this is less. A power of two. As many as there have been at
         * a time take about 400 bytes each for as long as the session lives, which counts where there are thousands of clients.
         */
        public Builder windowMax(int value) {
            require(
                    value >= 1 && value <= Limits.WINDOW_MAX && Integer.bitCount(value) == 1,
                    "windowMax is a power of two from 1 to " + Limits.WINDOW_MAX + ": " + value);
            windowMax = value;
            return this;
        }

        /** Longest datagram, to a server on this machine and to any other: multiples of 8 between 512 and 65504. */
        public Builder datagramBytes(int local, int remote) {
            datagramBytesLocal = datagramBytes(local);
            datagramBytesRemote = datagramBytes(remote);
            return this;
        }

        /**
         * How many receive queues the server's network device spreads flows over by Microsoft's key: source ports are then chosen so that what is
         * for a core reaches its queue, and {@link #address} is core 0's. 1, the default, leaves source ports to the system; a wrong
         * number costs the server a hand-over between its cores.
         */
        public Builder serverQueues(int value) {
            require(value >= 1 && value <= Limits.CORES_MAX, "serverQueues goes from 1 to " + Limits.CORES_MAX);
            serverQueues = value;
            return this;
        }

        /** How often the I/O thread looks in vain before it yields and then sleeps; more means lower latency and a busier core. */
        public Builder idleSpins(int value) {
            require(value >= 0, "idleSpins must not be negative: " + value);
            idleSpins = value;
            return this;
        }

        /**
         * Whether what the server says it is too busy for (BUSY: nothing was done) is asked again until its deadline: when the server says, or after 1
         * ms and then twice as long each time, up to 64 ms, with jitter. On by default; without it every BUSY fails its request with
         * {@link QuernException.Busy}, for those who would rather send less.
         */
        public Builder busyRetries(boolean value) {
            busyRetries = value;
            return this;
        }

        /** Another way to the server than UDP sockets; the address is then not used. The client closes it. */
        public Builder transport(Transport value) {
            transport = value;
            return this;
        }

        /**
         * Has calls of functions run in this process when the server is short of CPU and asks for it; without one, all run at the server.
         * Needs {@link Threading#IO_THREAD}. The client does not close it.
         */
        public Builder functionRunner(FunctionRunner value) {
            functionRunner = value;
            return this;
        }

        public ClientConfig build() {
            require(
                    functionRunner == null || threading == Threading.IO_THREAD,
                    "a client that runs functions itself has a thread for its I/O: use Threading.IO_THREAD");
            return new ClientConfig(this);
        }

        private static Duration positive(Duration value, String name) {
            require(
                    value.isPositive() && value.compareTo(Duration.ofDays(1)) <= 0,
                    name + " must be positive and at most a day: " + value);
            return Objects.requireNonNull(value);
        }

        private static int datagramBytes(int value) {
            require(
                    value >= Limits.DATAGRAM_BYTES_MIN && value <= Limits.DATAGRAM_BYTES_MAX && value % 8 == 0,
                    "a datagram's length is a multiple of 8 between 512 and 65504: " + value);
            return value;
        }

        private static void require(boolean holds, String message) {
            if (!holds) {
                throw new IllegalArgumentException(message);
            }
        }
    }
}
