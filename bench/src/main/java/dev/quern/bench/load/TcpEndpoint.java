package dev.quern.bench.load;

import dev.quern.bench.workload.Answer;
import dev.quern.bench.workload.Endpoint;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** A server behind TCP connections with pipelining: several connections, by turns of the slots. Where answers name no request, they keep the requests' order. */
abstract class TcpEndpoint implements Endpoint {
    /** More than any request or answer has beside its value. */
    private static final int OVERHEAD_BYTES = 1024;

    private final String description;
    private final TcpConnection[] connections;
    private final Listener listener;
    final Answer answer = new Answer();

    /** @param depthMax requests under way on each connection */
    TcpEndpoint(
            String protocol,
            InetSocketAddress address,
            int connections,
            int depthMax,
            int valueLengthMax,
            Listener listener) {
        description = String.format(
                Locale.ROOT,
                "%s %s:%d, %d connections",
                protocol,
                address.getHostString(),
                address.getPort(),
                connections);
        this.listener = listener;
        this.connections = new TcpConnection[connections];
        for (int i = 0; i < connections; i++) {
            this.connections[i] = new TcpConnection(address, depthMax, messageBytesMax(valueLengthMax));
        }
    }

    static int messageBytesMax(int valueLengthMax) {
        return valueLengthMax + OVERHEAD_BYTES;
    }

    /** The slot's connection. */
    final TcpConnection connection(int slot) {
        return connections.length == 1 ? connections[0] : connections[slot % connections.length];
    }

    /**
     * Reads the answer that comes next into {@link #answer}, without taking it.
     *
     * @return its length; 0 when it has not come whole; negative when it is an error, of which the bytes are as many
     */
    abstract int read(TcpConnection connection);

    /** The slot of the answer that was read last. */
    int answered(TcpConnection connection) {
        return connection.awaited();
    }

    /** The error that was read last, for people. */
    String error(TcpConnection connection, int length) {
        return connection.text(0, length);
    }

    @Override
    public final int poll() {
        int work = 0;
        for (TcpConnection connection : connections) {
            if (connection.outstanding() > 0) {
                work += connection.exchange();
                answer(connection);
            }
        }
        return work;
    }

    private void answer(TcpConnection connection) {
        while (connection.available() > 0 && connection.outstanding() > 0) {
            int length = read(connection);
            if (length == 0) {
                return;
            }
            int slot = answered(connection);
            if (length < 0) {
                String error = error(connection, -length);
                connection.take(-length);
                listener.onFailure(slot, new IllegalStateException(description + " answered: " + error));
            } else {
                // The bytes stay where they are until the next exchange.
                connection.take(length);
                listener.onAnswer(slot, answer);
            }
        }
    }

    @Override
    public final String describe() {
        return description;
    }

    @Override
    public final void close() {
        for (TcpConnection connection : connections) {
            connection.close();
        }
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
