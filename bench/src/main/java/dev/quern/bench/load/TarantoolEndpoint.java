package dev.quern.bench.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.InetSocketAddress;
import java.nio.ByteOrder;

/**
 * Tarantool by its binary protocol. Records are tuples of two strings in one space; functions are Lua procedures, called by CALL with the arguments as strings.
 */
final class TarantoolEndpoint extends TcpEndpoint {
    /** An answer carries the slot in its sync, and above it what was asked. */
    private static final int KIND_SHIFT = 32;

    private static final int GET = 0;
    private static final int PUT = 1;
    private static final int SCAN = 2;
    private static final int CALL = 3;

    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle BIG_ENDIAN_INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    private final int space;
    private final IprotoRequest request;
    private final IprotoReply reply = new IprotoReply(IprotoReply.BYTES);
    private int answered;

    /** @param space the number of the one that has the records */
    TarantoolEndpoint(
            InetSocketAddress address,
            int space,
            int connections,
            int depthMax,
            int valueLengthMax,
            Listener listener) {
        super("tarantool", address, connections, depthMax, valueLengthMax, listener);
        this.space = space;
        request = new IprotoRequest(TcpConnection.bufferBytes(messageBytesMax(valueLengthMax)));
    }

    private static long sync(int kind, int slot) {
        return (long) kind << KIND_SHIFT | slot;
    }

    @Override
    public boolean get(byte[] key, int keyLength, int slot) {
        return select(GET, IprotoRequest.EQUAL, 1, key, keyLength, slot);
    }

    @Override
    public boolean scan(byte[] key, int keyLength, int records, int slot) {
        return select(SCAN, IprotoRequest.FROM_ON, records, key, keyLength, slot);
    }

    private boolean select(int kind, int iterator, int limit, byte[] key, int keyLength, int slot) {
        TcpConnection connection = connection(slot);
        if (!connection.hasRoom(IprotoRequest.OVERHEAD_BYTES + keyLength)) {
            return false;
        }
        request.select(sync(kind, slot), space, iterator, limit, key, keyLength);
        return send(connection, slot);
    }

    @Override
    public boolean put(byte[] key, int keyLength, byte[] value, int valueLength, int slot) {
        TcpConnection connection = connection(slot);
        if (!connection.hasRoom(IprotoRequest.OVERHEAD_BYTES + keyLength + valueLength)) {
            return false;
        }
        request.replace(sync(PUT, slot), space, key, keyLength, value, valueLength);
        return send(connection, slot);
    }

    @Override
    public boolean call(byte[] function, boolean isReadOnly, byte[] arguments, int argumentsLength, int slot) {
        TcpConnection connection = connection(slot);
        int count = (int) INT.get(arguments, 0);
        if (!connection.hasRoom(IprotoRequest.OVERHEAD_BYTES
                + function.length
                + argumentsLength
                + count * IprotoRequest.STRING_OVERHEAD_BYTES)) {
            return false;
        }
        try {
            request.beginCall(sync(CALL, slot), function, count);
            int at = Integer.BYTES;
            for (int i = 0; i < count; i++) {
                int length = (int) INT.get(arguments, at);
                request.string(arguments, at + Integer.BYTES, length);
                at += Integer.BYTES + length;
            }
            request.end();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return send(connection, slot);
    }

    private boolean send(TcpConnection connection, int slot) {
        connection.write(request.bytes(), request.length());
        connection.await(slot);
        return true;
    }

    @Override
    int read(TcpConnection connection) {
        int start = (connection.isFresh() ? TarantoolConnection.GREETING_BYTES : 0) + IprotoReply.LENGTH_BYTES;
        int available = connection.available();
        if (available < start) {
            return 0;
        }
        connection.read(start - Integer.BYTES, reply.bytes(), Integer.BYTES);
        int bytes = (int) BIG_ENDIAN_INT.get(reply.bytes(), 0);
        int whole = start + bytes;
        if (available < whole) {
            return 0;
        }
        connection.read(start, reply.bytes(), Math.min(bytes, IprotoReply.BYTES));
        reply.read();
        answered = (int) reply.sync();
        if (reply.isError()) {
            return -whole;
        }
        switch ((int) (reply.sync() >> KIND_SHIFT)) {
            case PUT -> answer.done();
            case SCAN -> answer.value(connection.memory(), connection.at() + (long) start, reply.count());
            case GET -> readValue(connection, start, true);
            default -> readValue(connection, start, false);
        }
        return whole;
    }

    private void readValue(TcpConnection connection, int start, boolean isRecord) {
        if (reply.count() == 0) {
            answer.missing();
            return;
        }
        if (isRecord) {
            reply.enterRecord();
        }
        int length = reply.enterString();
        if (length < 0) {
            answer.missing();
        } else {
            answer.value(connection.memory(), connection.at() + (long) start + reply.at(), length);
        }
    }

    /** Answers of one connection may come in another order than its requests. */
    @Override
    int answered(TcpConnection connection) {
        return answered;
    }

    @Override
    String error(TcpConnection connection, int length) {
        return reply.text();
    }
}
