package dev.quern.bench.load;

import dev.quern.bench.BenchFailedException;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A blocking RESP2 connection that can pipeline: enough to load data, load functions and check answers at any server. Used by
 * one thread.
 */
public final class RespConnection implements AutoCloseable {
    private static final int BUFFER_BYTES = 64 * 1024;
    private static final int LINE_LENGTH_MAX = 64 * 1024;

    private final Socket socket;
    private final InputStream input;
    private final OutputStream output;

    /** To a server on the loopback interface. */
    public RespConnection(int port, Duration replyWaitMax) {
        this(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), replyWaitMax);
    }

    /** Connects, or throws an exception that says where nobody answered. */
    public RespConnection(InetSocketAddress address, Duration replyWaitMax) {
        try {
            socket = new Socket();
            socket.connect(address, (int) replyWaitMax.toMillis());
            socket.setTcpNoDelay(true);
            socket.setSoTimeout((int) replyWaitMax.toMillis());
            input = new BufferedInputStream(socket.getInputStream(), BUFFER_BYTES);
            output = new BufferedOutputStream(socket.getOutputStream(), BUFFER_BYTES);
        } catch (IOException e) {
            throw new UnreachableException("cannot connect to " + address + ": is the server there?", e);
        }
    }

    /** A word of a command. */
    public static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Adds a command to what is sent next. */
    public void send(byte[]... words) throws IOException {
        output.write(bytes("*" + words.length + "\r\n"));
        for (byte[] word : words) {
            output.write(bytes("$" + word.length + "\r\n"));
            output.write(word);
            output.write('\r');
            output.write('\n');
        }
    }

    /** Sends one command and reads its reply. */
    @Nullable
    public Object call(String... words) throws IOException {
        byte[][] encoded = new byte[words.length][];
        for (int i = 0; i < words.length; i++) {
            encoded[i] = bytes(words[i]);
        }
        return call(encoded);
    }

    /** Sends one command and reads its reply. */
    @Nullable
    public Object call(byte[]... words) throws IOException {
        send(words);
        return receive();
    }

    /**
     * Sends what was added and reads the next reply.
     *
     * @return a String, a Long, a byte array, a List, or null
     * @throws BenchFailedException when it is an error
     */
    @Nullable
    public Object receive() throws IOException {
        output.flush();
        String line = readLine();
        String rest = line.substring(1);
        return switch (line.charAt(0)) {
            case '+' -> rest;
            case ':' -> Long.valueOf(rest);
            case '-' -> throw new BenchFailedException("the server answered an error: " + rest);
            case '$' -> readBulk(Integer.parseInt(rest));
            case '*' -> readList(Integer.parseInt(rest));
            default -> throw new BenchFailedException("not a RESP2 reply: " + line);
        };
    }

    private byte @Nullable [] readBulk(int length) throws IOException {
        if (length < 0) {
            return null;
        }
        byte[] bulk = input.readNBytes(length);
        if (bulk.length < length || input.read() != '\r' || input.read() != '\n') {
            throw new EOFException("the connection ended within a reply");
        }
        return bulk;
    }

    private @Nullable List<@Nullable Object> readList(int count) throws IOException {
        if (count < 0) {
            return null;
        }
        List<@Nullable Object> list = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            list.add(receive());
        }
        return list;
    }

    private String readLine() throws IOException {
        StringBuilder line = new StringBuilder();
        while (true) {
            int next = input.read();
            if (next < 0) {
                throw new EOFException("the connection ended within a reply");
            }
            if (next == '\r') {
                if (input.read() != '\n' || line.isEmpty()) {
                    throw new IOException("not a RESP2 reply: " + line);
                }
                return line.toString();
            }
            if (line.length() >= LINE_LENGTH_MAX) {
                throw new IOException("a reply line over " + LINE_LENGTH_MAX + " bytes");
            }
            line.append((char) next);
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
