package dev.quern.server.resp;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A client that shows the bytes: sends what it is given and reads replies as they are on the wire. */
final class RespSocket implements AutoCloseable {
    private static final int READ_MS_MAX = 20_000;

    private final Socket socket = new Socket();
    private final InputStream in;

    RespSocket(int port) throws IOException {
        this(port, 0);
    }

    /** @param receiveBufferBytes what the kernel is asked for; 0 leaves it as it is */
    RespSocket(int port, int receiveBufferBytes) throws IOException {
        if (receiveBufferBytes > 0) {
            socket.setReceiveBufferSize(receiveBufferBytes);
        }
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(READ_MS_MAX);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
    }

    /** A command as an array of bulk strings. */
    static byte[] command(byte[]... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(bytes("*" + arguments.length + "\r\n"));
        for (byte[] argument : arguments) {
            out.writeBytes(bytes("$" + argument.length + "\r\n"));
            out.writeBytes(argument);
            out.writeBytes(bytes("\r\n"));
        }
        return out.toByteArray();
    }

    static byte[] command(String... words) {
        byte[][] arguments = new byte[words.length][];
        for (int index = 0; index < words.length; index++) {
            arguments[index] = bytes(words[index]);
        }
        return command(arguments);
    }

    /** One byte a character, so that every byte can be written. */
    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    void send(byte[] sent) throws IOException {
        socket.getOutputStream().write(sent);
    }

    void send(String raw) throws IOException {
        send(bytes(raw));
    }

    /** Sends a command and returns its reply as it came, one character a byte. */
    String call(String... words) throws IOException {
        send(command(words));
        return reply();
    }

    String call(byte[]... arguments) throws IOException {
        send(command(arguments));
        return reply();
    }

    /** The next reply, whole. */
    String reply() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        read(out);
        return out.toString(StandardCharsets.ISO_8859_1);
    }

    private void read(ByteArrayOutputStream out) throws IOException {
        int start = out.size();
        int letter;
        do {
            letter = in.read();
            if (letter < 0) {
                throw new EOFException("closed after " + out);
            }
            out.write(letter);
        } while (letter != '\n');
        String line = out.toString(StandardCharsets.ISO_8859_1).substring(start).strip();
        switch (line.charAt(0)) {
            case '$', '=', '!' -> {
                int length = Integer.parseInt(line.substring(1));
                if (length >= 0) {
                    byte[] body = in.readNBytes(length + 2);
                    if (body.length != length + 2) {
                        throw new EOFException("closed within " + line);
                    }
                    out.writeBytes(body);
                }
            }
            case '*', '~', '>' -> readAll(out, Integer.parseInt(line.substring(1)));
            case '%' -> readAll(out, 2 * Integer.parseInt(line.substring(1)));
            default -> {
                // A line is all there is.
            }
        }
    }

    private void readAll(ByteArrayOutputStream out, int count) throws IOException {
        for (int index = 0; index < count; index++) {
            read(out);
        }
    }

    /** Everything up to the server's close. */
    String rest() throws IOException {
        return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    /** Ends the sending side; the replies can still be read. */
    void sendNoMore() throws IOException {
        socket.shutdownOutput();
    }

    /** Closes so that the peer gets a reset. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
