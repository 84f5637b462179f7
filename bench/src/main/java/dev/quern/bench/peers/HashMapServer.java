package dev.quern.bench.peers;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An upper bound for what a server in Java can do by RESP: one thread, one {@link HashMap}, and next to nothing else. GET, SET and PING; no
 * tenants, no limits, no expiry, no transactions, no functions, nobody kept out. Not to be used for anything but comparison.
 */
public final class HashMapServer {
    private static final int BUFFER_BYTES = 256 * 1024;

    /** Commands wait until there is so much room for an answer: longer values are not for this server. */
    private static final int ANSWER_BYTES_MAX = BUFFER_BYTES / 2;

    private static final byte[] OK = bytes("+OK\r\n");
    private static final byte[] MISSING = bytes("$-1\r\n");
    private static final byte[] PONG = bytes("+PONG\r\n");
    private static final byte[] UNKNOWN = bytes("-ERR unknown command\r\n");
    private static final byte[] LINE_END = bytes("\r\n");
    private static final int WORDS_MAX = 3;

    /** The bytes of a key, which hash and compare as such. */
    private static final class Key {
        private final byte[] bytes;
        private final int hash;

        Key(byte[] bytes) {
            this.bytes = bytes;
            this.hash = Arrays.hashCode(bytes);
        }

        @Override
        public int hashCode() {
            return hash;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Key key && Arrays.equals(bytes, key.bytes);
        }
    }

    /** One connection's bytes. */
    private static final class Connection {
        final SocketChannel channel;
        final ByteBuffer in = ByteBuffer.allocate(BUFFER_BYTES);
        final ByteBuffer out = ByteBuffer.allocate(BUFFER_BYTES);

        Connection(SocketChannel channel) {
            this.channel = channel;
        }
    }

    private final Map<Key, byte[]> map = new HashMap<>();
    private final Selector selector;
    private final int[] wordAt = new int[WORDS_MAX];
    private final int[] wordLength = new int[WORDS_MAX];
    private int words;

    private HashMapServer(int port) throws IOException {
        selector = Selector.open();
        ServerSocketChannel listening = ServerSocketChannel.open();
        listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        listening.configureBlocking(false);
        listening.register(selector, SelectionKey.OP_ACCEPT, listening);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * Serves until it is killed.
     *
     * @param args the port
     */
    public static void main(String[] args) throws IOException {
        HashMapServer server = new HashMapServer(Integer.parseInt(args[0]));
        while (true) {
            server.turn();
        }
    }

    private void turn() throws IOException {
        selector.select();
        for (SelectionKey key : selector.selectedKeys()) {
            if (key.attachment() instanceof ServerSocketChannel listening) {
                SocketChannel accepted = listening.accept();
                if (accepted != null) {
                    accepted.configureBlocking(false);
                    accepted.setOption(StandardSocketOptions.TCP_NODELAY, true);
                    accepted.register(selector, SelectionKey.OP_READ, new Connection(accepted));
                }
            } else if (key.attachment() instanceof Connection connection) {
                serve(connection, key);
            }
        }
        selector.selectedKeys().clear();
    }

    private void serve(Connection connection, SelectionKey key) throws IOException {
        try {
            if (connection.channel.read(connection.in) < 0) {
                connection.channel.close();
                return;
            }
            ByteBuffer in = connection.in.flip();
            while (connection.out.remaining() >= ANSWER_BYTES_MAX && parse(in)) {
                execute(in, connection.out);
            }
            in.compact();
            connection.out.flip();
            connection.channel.write(connection.out);
            connection.out.compact();
            key.interestOps(
                    connection.out.position() > 0
                            ? SelectionKey.OP_READ | SelectionKey.OP_WRITE
                            : SelectionKey.OP_READ);
        } catch (IOException gone) {
            connection.channel.close();
        }
    }

    /** Finds the words of the next command and moves past it; false when it has not come whole. */
    private boolean parse(ByteBuffer in) throws IOException {
        int begin = in.position();
        words = 0;
        int count = number(in, '*');
        for (int i = 0; i < count; i++) {
            int length = number(in, '$');
            if (length < 0 || in.remaining() < length + LINE_END.length) {
                in.position(begin);
                return false;
            }
            if (i < WORDS_MAX) {
                wordAt[words] = in.position();
                wordLength[words++] = length;
            }
            in.position(in.position() + length + LINE_END.length);
        }
        if (count < 0) {
            in.position(begin);
        }
        return count >= 0;
    }

    /** The number of a line that starts with this mark; −1 when it has not come whole. */
    private static int number(ByteBuffer in, char mark) throws IOException {
        int number = 0;
        for (int i = in.position(); i < in.limit(); i++) {
            byte next = in.get(i);
            if (i == in.position()) {
                if (next != mark) {
                    throw new IOException("not a command");
                }
            } else if (next == '\n') {
                in.position(i + 1);
                return number;
            } else if (next != '\r') {
                number = number * 10 + next - '0';
            }
        }
        return -1;
    }

    private byte[] word(ByteBuffer in, int number) {
        byte[] word = new byte[wordLength[number]];
        in.get(wordAt[number], word);
        return word;
    }

    private void execute(ByteBuffer in, ByteBuffer out) {
        byte first = words == 0 ? 0 : in.get(wordAt[0]);
        if (words == 2 && first == 'G') {
            byte[] value = map.get(new Key(word(in, 1)));
            if (value == null) {
                out.put(MISSING);
            } else {
                out.put((byte) '$').put(bytes(Integer.toString(value.length))).put(LINE_END);
                out.put(value).put(LINE_END);
            }
        } else if (words == WORDS_MAX && first == 'S') {
            map.put(new Key(word(in, 1)), word(in, 2));
            out.put(OK);
        } else {
            out.put(words == 1 && first == 'P' ? PONG : UNKNOWN);
        }
    }
}
