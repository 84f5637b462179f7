package dev.quern.bench.isolation;

import dev.quern.bench.BenchFailedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;

/** Redis, by two connections that this thread polls; its function is a Lua script. */
final class RedisSubject implements Subject {
    private static final int VALUE_LENGTH = 100;
    private static final String KEY = "sixteen bytes: k";
    private static final String SCRIPT =
            "local x = 1 for i = 1, tonumber(ARGV[1]) do x = (x * 16807) % 2147483647 end return 1";
    private static final String VALUE_REPLY = "$100\r\n" + "v".repeat(VALUE_LENGTH) + "\r\n";
    private static final String CALL_REPLY = ":1\r\n";

    private final Connection reader;
    private final Connection caller;
    private final byte[] get = command("GET", KEY);
    private final ArrayDeque<Integer> asked = new ArrayDeque<>();

    RedisSubject(int port) throws IOException {
        reader = new Connection(port);
        caller = new Connection(port);
        reader.send(command("SET", KEY, "v".repeat(VALUE_LENGTH)));
        while (reader.answers("+OK\r\n") == 0) {
            Thread.onSpinWait();
        }
    }

    private static byte[] command(String... words) {
        StringBuilder text = new StringBuilder("*" + words.length + "\r\n");
        for (String word : words) {
            text.append('$').append(word.length()).append("\r\n").append(word).append("\r\n");
        }
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }

    /** A connection that never blocks, and whose answers are all alike. */
    private static final class Connection {
        private final SocketChannel channel;
        private final ByteBuffer in = ByteBuffer.allocateDirect(1 << 16);
        private int matched;

        Connection(int port) throws IOException {
            channel = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.configureBlocking(false);
        }

        void send(byte[] command) {
            try {
                ByteBuffer out = ByteBuffer.wrap(command);
                while (out.hasRemaining()) {
                    channel.write(out);
                }
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
        }

        /** Takes in what has come; returns how many answers ended. */
        int answers(String expected) {
            try {
                in.clear();
                if (channel.read(in) < 0) {
                    throw new BenchFailedException("redis closed the connection");
                }
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
            int ended = 0;
            for (int i = 0; i < in.position(); i++) {
                if (in.get(i) != expected.charAt(matched++)) {
                    throw new BenchFailedException("redis did not answer " + expected.trim());
                }
                if (matched == expected.length()) {
                    matched = 0;
                    ended++;
                }
            }
            return ended;
        }
    }

    @Override
    public boolean read(int slot) {
        asked.add(slot);
        reader.send(get);
        return true;
    }

    @Override
    public boolean call(int iterations) {
        caller.send(command("EVAL", SCRIPT, "0", Integer.toString(iterations)));
        return true;
    }

    @Override
    public void poll(Listener listener) {
        for (int left = reader.answers(VALUE_REPLY); left > 0; left--) {
            listener.onRead(asked.remove());
        }
        for (int left = caller.answers(CALL_REPLY); left > 0; left--) {
            listener.onCall();
        }
    }

    @Override
    public void close() {
        try {
            reader.channel.close();
            caller.channel.close();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
