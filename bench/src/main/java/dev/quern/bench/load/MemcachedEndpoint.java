package dev.quern.bench.load;

import java.net.InetSocketAddress;

/** memcached by its text protocol ({@code doc/protocol.txt} of its sources). */
final class MemcachedEndpoint extends TcpEndpoint {
    private static final byte[] GET = ascii("get ");
    private static final byte[] SET = ascii("set ");
    private static final byte[] FLAGS = ascii(" 0 0 ");
    private static final byte[] END = ascii("\r\n");

    /** The line behind a value. */
    private static final int TRAILER_BYTES = "\r\nEND\r\n".length();

    private static final int OVERHEAD_BYTES = 64;

    MemcachedEndpoint(InetSocketAddress address, int connections, int depthMax, int valueLengthMax, Listener listener) {
        super("memcached", address, connections, depthMax, valueLengthMax, listener);
    }

    @Override
    public boolean get(byte[] key, int keyLength, int slot) {
        TcpConnection connection = connection(slot);
        if (!connection.hasRoom(OVERHEAD_BYTES + keyLength)) {
            return false;
        }
        connection.write(GET);
        connection.write(key, keyLength);
        connection.write(END);
        connection.await(slot);
        return true;
    }

    @Override
    public boolean put(byte[] key, int keyLength, byte[] value, int valueLength, int slot) {
        TcpConnection connection = connection(slot);
        if (!connection.hasRoom(OVERHEAD_BYTES + keyLength + valueLength)) {
            return false;
        }
        connection.write(SET);
        connection.write(key, keyLength);
        connection.write(FLAGS);
        connection.writeNumber(valueLength);
        connection.write(END);
        connection.write(value, valueLength);
        connection.write(END);
        connection.await(slot);
        return true;
    }

    @Override
    int read(TcpConnection connection) {
        int lineEnd = connection.lineEnd(0);
        if (lineEnd < 0) {
            return 0;
        }
        if (connection.byteAt(0) == 'V') {
            return readValue(connection, lineEnd);
        }
        if (isWord(connection, "STORED", lineEnd)) {
            answer.done();
            return lineEnd;
        }
        if (isWord(connection, "END", lineEnd)) {
            answer.missing();
            return lineEnd;
        }
        return -lineEnd;
    }

    private static boolean isWord(TcpConnection connection, String word, int lineEnd) {
        if (lineEnd != word.length() + END.length) {
            return false;
        }
        for (int i = 0; i < word.length(); i++) {
            if (connection.byteAt(i) != word.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** {@code VALUE key flags bytes}, the bytes, {@code END}. */
    private int readValue(TcpConnection connection, int lineEnd) {
        int lengthAt = lineEnd - END.length;
        while (connection.byteAt(lengthAt - 1) != ' ') {
            lengthAt--;
        }
        int length = (int) connection.number(lengthAt);
        int whole = lineEnd + length + TRAILER_BYTES;
        if (connection.available() < whole) {
            return 0;
        }
        answer.value(connection.memory(), connection.at() + (long) lineEnd, length);
        return whole;
    }
}
