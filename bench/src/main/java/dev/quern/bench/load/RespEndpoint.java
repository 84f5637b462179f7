package dev.quern.bench.load;

import java.net.InetSocketAddress;

/** A server that speaks RESP2: Redis, or Quern by its door for Redis clients. Records are strings, functions are called by FCALL_RO. */
final class RespEndpoint extends TextEndpoint {
    private static final byte[] GET = ascii("*2\r\n$3\r\nGET\r\n$");
    private static final byte[] SET = ascii("*3\r\n$3\r\nSET\r\n$");
    private static final byte[] NEXT = ascii("\r\n$");
    private static final byte[] END = ascii("\r\n");

    /** What a request has beside key and value, and some. */
    private static final int OVERHEAD_BYTES = 128;

    private static final int LINE_END_BYTES = 2;

    RespEndpoint(InetSocketAddress address, int connections, int depthMax, int valueLengthMax, Listener listener) {
        super("resp", address, connections, depthMax, valueLengthMax, listener);
    }

    @Override
    public boolean get(byte[] key, int keyLength, int slot) {
        TextConnection connection = connection(slot);
        if (!connection.hasRoom(OVERHEAD_BYTES + keyLength)) {
            return false;
        }
        connection.write(GET);
        writeBulk(connection, key, keyLength);
        connection.write(END);
        connection.await(slot);
        return true;
    }

    @Override
    public boolean put(byte[] key, int keyLength, byte[] value, int valueLength, int slot) {
        TextConnection connection = connection(slot);
        if (!connection.hasRoom(OVERHEAD_BYTES + keyLength + valueLength)) {
            return false;
        }
        connection.write(SET);
        writeBulk(connection, key, keyLength);
        connection.write(NEXT);
        writeBulk(connection, value, valueLength);
        connection.write(END);
        connection.await(slot);
        return true;
    }

    private static void writeBulk(TextConnection connection, byte[] bytes, int length) {
        connection.writeNumber(length);
        connection.write(END);
        connection.write(bytes, length);
    }

    @Override
    int read(TextConnection connection) {
        int lineEnd = connection.lineEnd(0);
        if (lineEnd < 0) {
            return 0;
        }
        return switch (connection.byteAt(0)) {
            case '$' -> readBulk(connection, lineEnd);
            case '+', ':' -> {
                answer.done();
                yield lineEnd;
            }
            default -> -lineEnd;
        };
    }

    private int readBulk(TextConnection connection, int lineEnd) {
        int length = (int) connection.number(1);
        if (length < 0) {
            answer.missing();
            return lineEnd;
        }
        int whole = lineEnd + length + LINE_END_BYTES;
        if (connection.available() < whole) {
            return 0;
        }
        answer.value(connection.memory(), connection.at() + (long) lineEnd, length);
        return whole;
    }
}
