package dev.quern.bench.load;

import dev.quern.bench.workload.StoredFunction;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.InetSocketAddress;
import java.nio.ByteOrder;

/** A server that speaks RESP2: Redis, or Quern by its door for Redis clients. Records are strings, functions are called by FCALL and FCALL_RO. */
final class RespEndpoint extends TcpEndpoint {
    private static final byte[] GET = ascii("*2\r\n$3\r\nGET\r\n$");
    private static final byte[] SET = ascii("*3\r\n$3\r\nSET\r\n$");
    private static final byte[] CALL = ascii("FCALL\r\n$");
    private static final byte[] CALL_READ_ONLY = ascii("FCALL_RO\r\n$");
    private static final byte[] NO_KEYS = ascii("\r\n$1\r\n0\r\n");
    private static final byte[] NOT_FOUND = ascii(" returned " + StoredFunction.NOT_FOUND + "\r\n");
    private static final byte[] NEXT = ascii("\r\n$");
    private static final byte[] COUNT = ascii("*");
    private static final byte[] ARGUMENT = ascii("$");
    private static final byte[] END = ascii("\r\n");

    /** What a request has beside key and value, and some. */
    private static final int OVERHEAD_BYTES = 128;

    private static final int LINE_END_BYTES = 2;

    /** What each argument of a function has beside its bytes, and some. */
    private static final int ARGUMENT_OVERHEAD_BYTES = 16;

    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private final boolean isRedis;

    /** @param isRedis whether an entry {@code E} of function {@code F} is called {@code F_E}, as Redis has no names with dots */
    RespEndpoint(
            InetSocketAddress address,
            int connections,
            int depthMax,
            int valueLengthMax,
            boolean isRedis,
            Listener listener) {
        super("resp", address, connections, depthMax, valueLengthMax, listener);
        this.isRedis = isRedis;
    }

    @Override
    public boolean get(byte[] key, int keyLength, int slot) {
        TcpConnection connection = connection(slot);
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
        TcpConnection connection = connection(slot);
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

    @Override
    public boolean call(byte[] function, boolean isReadOnly, byte[] arguments, int argumentsLength, int slot) {
        TcpConnection connection = connection(slot);
        int count = (int) INT.get(arguments, 0);
        if (!connection.hasRoom(OVERHEAD_BYTES + function.length + argumentsLength + count * ARGUMENT_OVERHEAD_BYTES)) {
            return false;
        }
        connection.write(COUNT);
        connection.writeNumber(3 + count);
        connection.write(NEXT);
        byte[] command = isReadOnly ? CALL_READ_ONLY : CALL;
        connection.writeNumber(isReadOnly ? 8 : 5);
        connection.write(END);
        connection.write(command);
        connection.writeNumber(function.length);
        connection.write(END);
        connection.writeName(function, isRedis);
        connection.write(NO_KEYS);
        writeAll(connection, arguments, count);
        connection.await(slot);
        return true;
    }

    @Override
    public boolean command(byte[] words, int wordsLength, int slot) {
        TcpConnection connection = connection(slot);
        int count = (int) INT.get(words, 0);
        if (!connection.hasRoom(OVERHEAD_BYTES + wordsLength + count * ARGUMENT_OVERHEAD_BYTES)) {
            return false;
        }
        connection.write(COUNT);
        connection.writeNumber(count);
        connection.write(END);
        writeAll(connection, words, count);
        connection.await(slot);
        return true;
    }

    private static void writeAll(TcpConnection connection, byte[] words, int count) {
        int at = Integer.BYTES;
        for (int i = 0; i < count; i++) {
            int length = (int) INT.get(words, at);
            connection.write(ARGUMENT);
            connection.writeNumber(length);
            connection.write(END);
            connection.write(words, at + Integer.BYTES, length);
            connection.write(END);
            at += Integer.BYTES + length;
        }
    }

    private static void writeBulk(TcpConnection connection, byte[] bytes, int length) {
        connection.writeNumber(length);
        connection.write(END);
        connection.write(bytes, length);
    }

    @Override
    int read(TcpConnection connection) {
        int lineEnd = connection.lineEnd(0);
        if (lineEnd < 0) {
            return 0;
        }
        return switch (connection.byteAt(0)) {
            case '$' -> readBulk(connection, lineEnd);
            case '*' -> readList(connection);
            case '+', ':' -> {
                answer.done();
                yield lineEnd;
            }
            default -> {
                if (!connection.endsWith(lineEnd, NOT_FOUND)) {
                    yield -lineEnd;
                }
                answer.missing();
                yield lineEnd;
            }
        };
    }

    private int readBulk(TcpConnection connection, int lineEnd) {
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

    private int readList(TcpConnection connection) {
        int whole = end(connection, 0);
        if (whole > 0) {
            answer.value(connection.memory(), connection.at(), whole);
        }
        return whole;
    }

    /** The offset behind a reply that starts at this one; 0 when it has not come whole. */
    private static int end(TcpConnection connection, int from) {
        int lineEnd = connection.lineEnd(from);
        if (lineEnd < 0) {
            return 0;
        }
        byte kind = connection.byteAt(from);
        if (kind == '$') {
            int length = (int) connection.number(from + 1);
            int end = length < 0 ? lineEnd : lineEnd + length + LINE_END_BYTES;
            return end <= connection.available() ? end : 0;
        }
        int at = lineEnd;
        if (kind == '*') {
            for (long left = connection.number(from + 1); left > 0; left--) {
                at = end(connection, at);
                if (at == 0) {
                    return 0;
                }
            }
        }
        return at;
    }
}
