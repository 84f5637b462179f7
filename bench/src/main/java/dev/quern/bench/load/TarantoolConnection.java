package dev.quern.bench.load;

import dev.quern.bench.BenchFailedException;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.msgpack.value.ImmutableArrayValue;
import org.msgpack.value.Value;
import org.msgpack.value.ValueFactory;

/**
 * A blocking connection to Tarantool as its user {@code guest}, who may make spaces and run Lua: enough to prepare a server and to look into it. Used by one
 * thread.
 */
public final class TarantoolConnection implements AutoCloseable {
    /** What a server sends first: its name and version, and a salt for passwords. */
    static final int GREETING_BYTES = 128;

    private static final String GREETING = "Tarantool";
    private static final Duration GREETING_MAX = Duration.ofSeconds(5);
    private static final int MESSAGE_BYTES_MAX = 1 << 20;

    private final Socket socket = new Socket();
    private final InputStream input;
    private final IprotoRequest request = new IprotoRequest(MESSAGE_BYTES_MAX);
    private final IprotoReply reply = new IprotoReply(MESSAGE_BYTES_MAX);

    /** Connects, or throws a {@link BenchFailedException}. */
    public TarantoolConnection(InetSocketAddress address, Duration replyWaitMax) {
        try {
            socket.connect(address, (int) replyWaitMax.toMillis());
            socket.setTcpNoDelay(true);
            socket.setSoTimeout((int) GREETING_MAX.toMillis());
            input = new BufferedInputStream(socket.getInputStream());
            byte[] greeting = input.readNBytes(GREETING_BYTES);
            if (!new String(greeting, StandardCharsets.ISO_8859_1).startsWith(GREETING)) {
                throw new BenchFailedException(address + " is no Tarantool: it does not greet as one");
            }
            socket.setSoTimeout((int) replyWaitMax.toMillis());
        } catch (SocketTimeoutException silent) {
            closeQuietly();
            throw new BenchFailedException(
                    address + " did not answer within " + GREETING_MAX.toSeconds() + " s: is it Tarantool?", silent);
        } catch (IOException e) {
            closeQuietly();
            throw new UnreachableException("cannot connect to " + address + ": is the server there?", e);
        } catch (BenchFailedException e) {
            closeQuietly();
            throw e;
        }
    }

    private void closeQuietly() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Runs a chunk of Lua, whose arguments are its {@code ...}.
     *
     * @return the list of what it returned
     * @throws BenchFailedException when it failed
     */
    public ImmutableArrayValue eval(String chunk, String... arguments) throws IOException {
        request.eval(0, chunk, arguments);
        socket.getOutputStream().write(request.bytes(), 0, request.length());
        byte[] length = input.readNBytes(IprotoReply.LENGTH_BYTES);
        if (length.length < IprotoReply.LENGTH_BYTES) {
            throw new EOFException("the server closed the connection");
        }
        int bytes = ByteBuffer.wrap(length).getInt(1);
        if (bytes > MESSAGE_BYTES_MAX) {
            throw new BenchFailedException(
                    "an answer of " + bytes + " bytes, where " + MESSAGE_BYTES_MAX + " is the most");
        }
        if (input.readNBytes(reply.bytes(), 0, bytes) < bytes) {
            throw new EOFException("the connection ended within an answer");
        }
        reply.read();
        if (reply.isError()) {
            throw new BenchFailedException("the server answered an error: " + reply.text());
        }
        Value[] values = new org.msgpack.value.Value[reply.count()];
        for (int i = 0; i < values.length; i++) {
            values[i] = reply.rest().unpackValue();
        }
        return ValueFactory.newArray(values);
    }

    /**
     * Makes a space of two strings, key and value, unless there is one.
     *
     * @param isOrdered whether it has scans in the order of its keys; otherwise it is a hash table
     * @return its number
     */
    int space(String name, boolean isOrdered) throws IOException {
        return eval("""
                local name, kind = ...
                local space = box.schema.space.create(name, {if_not_exists = true})
                space:create_index('primary', {type = kind, parts = {{1, 'string'}}, if_not_exists = true})
                return space.id
                """, name, isOrdered ? "tree" : "hash")
                .get(0)
                .asIntegerValue()
                .asInt();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
