package dev.quern.client;

import dev.quern.protocol.IncrementLayout;
import dev.quern.protocol.InvokeAllLayout;
import dev.quern.protocol.InvokeLayout;
import dev.quern.protocol.Limits;
import dev.quern.protocol.MultiGetLayout;
import dev.quern.protocol.Opcode;
import dev.quern.protocol.PutLayout;
import dev.quern.protocol.RangeLayout;
import dev.quern.protocol.Wire;
import java.lang.foreign.MemorySegment;

/**
 * Requests with a callback instead of a future, encoded straight into the session's memory. Sending and answering allocates nothing,
 * short of bodies longer than a datagram. For the thread that polls the client.
 *
 * <p>Every method returns false when the window is full, or a session is just being opened anew: then nothing was sent, and
 * {@link QuernClient#poll} makes room. Arrays are read before the method returns. {@code correlation} is the caller's and comes back with
 * the answer. Datagrams go out when they are full and at the next poll. Lengths are the caller's business: a key or value that is too
 * long is refused by the server.
 */
public final class Pipeline {
    private final ClientLoop loop;
    private final TableHandle table;
    private final long timeoutNs;
    private final Completion completion;

    Pipeline(ClientLoop loop, TableHandle table, long timeoutNs, PipelineHandler handler) {
        this.loop = loop;
        this.table = table;
        this.timeoutNs = timeoutNs;
        completion = new Completion() {
            @Override
            public void complete(long correlation, Reply reply) {
                try {
                    handler.onReply(correlation, reply);
                } catch (RuntimeException e) {
                    loop.callbackFailed(e);
                }
            }

            @Override
            public void fail(long correlation, QuernException cause) {
                try {
                    handler.onFailure(correlation, cause);
                } catch (RuntimeException e) {
                    loop.callbackFailed(e);
                }
            }
        };
    }

    public boolean get(byte[] key, long correlation) {
        return get(key, 0, key.length, correlation);
    }

    /** Answered with {@link Reply#value} and {@link Reply#version}, or NOT_FOUND. */
    public boolean get(byte[] key, int keyOffset, int keyLength, long correlation) {
        return keyed(Opcode.GET, true, key, keyOffset, keyLength, correlation);
    }

    /**
     * Gets several records by one request, which one core reads one after the other; answered with all of them, see {@link Reply#values}. By
     * far the cheapest way to many of them: what a request costs is shared by its keys.
     *
     * @param keys of which {@code keyCount} from {@code keysOffset} on are asked for, up to {@link Limits#MULTI_GET_KEYS_MAX}
     */
    public boolean getAll(byte[][] keys, int keysOffset, int keyCount, long correlation) {
        int length = MultiGetLayout.KEYS_OFFSET + keyCount * Short.BYTES;
        for (int i = keysOffset; i < keysOffset + keyCount; i++) {
            length += keys[i].length;
        }
        Session session = keyCount == 0
                ? loop.sessions().route(Request.ROUTE_ANY)
                : route(keys[keysOffset], 0, keys[keysOffset].length);
        if (!begin(session, Opcode.MULTI_GET, true, length, correlation)) {
            return false;
        }
        MemorySegment memory = session.bodyMemory();
        MultiGetLayout.write(memory, session.body(), keyCount);
        long at = session.body() + MultiGetLayout.KEYS_OFFSET;
        for (int i = keysOffset; i < keysOffset + keyCount; i++) {
            Wire.putShort(memory, at, keys[i].length);
            at = Wire.putBytes(memory, at + Short.BYTES, keys[i]);
        }
        session.commit();
        return true;
    }

    public boolean delete(byte[] key, int keyOffset, int keyLength, long correlation) {
        return keyed(Opcode.DELETE, false, key, keyOffset, keyLength, correlation);
    }

    private boolean keyed(int opcode, boolean replayable, byte[] key, int keyOffset, int keyLength, long correlation) {
        Session session = route(key, keyOffset, keyLength);
        if (!begin(session, opcode, replayable, keyLength, correlation)) {
            return false;
        }
        Wire.putBytes(session.bodyMemory(), session.body(), key, keyOffset, keyLength);
        session.commit();
        return true;
    }

    public boolean put(byte[] key, byte[] value, long correlation) {
        return put(key, 0, key.length, value, 0, value.length, correlation);
    }

    /** Writes a record that never expires; answered with {@link Reply#version}. */
    public boolean put(
            byte[] key,
            int keyOffset,
            int keyLength,
            byte[] value,
            int valueOffset,
            int valueLength,
            long correlation) {
        Session session = route(key, keyOffset, keyLength);
        if (!begin(session, Opcode.PUT, false, PutLayout.bytes(keyLength, valueLength), correlation)) {
            return false;
        }
        long body = session.body();
        PutLayout.write(session.bodyMemory(), body, PutLayout.TTL_NONE, keyLength, 0);
        long at = body + PutLayout.KEY_OFFSET;
        Wire.putBytes(session.bodyMemory(), at, key, keyOffset, keyLength);
        Wire.putBytes(session.bodyMemory(), at + keyLength, value, valueOffset, valueLength);
        session.commit();
        return true;
    }

    /** Answered with {@link Reply#number}. */
    public boolean increment(byte[] key, int keyOffset, int keyLength, long delta, long correlation) {
        Session session = route(key, keyOffset, keyLength);
        if (!begin(session, Opcode.INCREMENT, false, IncrementLayout.KEY_OFFSET + keyLength, correlation)) {
            return false;
        }
        IncrementLayout.write(session.bodyMemory(), session.body(), delta);
        Wire.putBytes(session.bodyMemory(), session.body() + IncrementLayout.KEY_OFFSET, key, keyOffset, keyLength);
        session.commit();
        return true;
    }

    /**
     * Reads records of an ordered table from this key on, values included; answered with them as {@link dev.quern.protocol.ScanReplyLayout} says, from
     * {@link Reply#valueOffset} on. A server may answer with fewer than were asked for.
     */
    public boolean range(byte[] low, int lowOffset, int lowLength, int recordsMax, long correlation) {
        Session session = loop.sessions().route(Request.ROUTE_ANY);
        if (!begin(session, Opcode.RANGE, true, RangeLayout.KEYS_OFFSET + lowLength, correlation)) {
            return false;
        }
        int flags = RangeLayout.FLAG_VALUES | RangeLayout.FLAG_LOW_INCLUDED;
        RangeLayout.write(session.bodyMemory(), session.body(), recordsMax, flags, lowLength, 0);
        Wire.putBytes(session.bodyMemory(), session.body() + RangeLayout.KEYS_OFFSET, low, lowOffset, lowLength);
        session.commit();
        return true;
    }

    /**
     * Calls a function; answered with {@link Reply#value} and {@link Reply#resultCode}. Cores are taken in turn.
     *
     * @param function its name in UTF-8
     * @param readOnly whether it may not write
     * @param arguments as {@link FunctionCall#encodeArguments} makes them
     */
    public boolean invoke(
            byte[] function,
            boolean readOnly,
            byte[] arguments,
            int argumentsOffset,
            int argumentsLength,
            long correlation) {
        Session session = loop.sessions().route(Request.ROUTE_ANY);
        int length = InvokeLayout.NAME_OFFSET + function.length + argumentsLength;
        if (!begin(session, Opcode.INVOKE, readOnly, length, correlation)) {
            return false;
        }
        long body = session.body();
        InvokeLayout.write(session.bodyMemory(), body, readOnly ? InvokeLayout.FLAG_READ_ONLY : 0, function.length);
        long at = Wire.putBytes(session.bodyMemory(), body + InvokeLayout.NAME_OFFSET, function);
        Wire.putBytes(session.bodyMemory(), at, arguments, argumentsOffset, argumentsLength);
        session.commit();
        return true;
    }

    /**
     * Calls a function many times by one request; answered with what came of each, see {@link Reply#outcomes}. What a request costs is
     * shared by its calls, which one core makes one after the other, each a transaction of its own. Cores are taken in turn.
     *
     * @param function its name in UTF-8
     * @param readOnly whether the calls may not write
     * @param arguments of each call, as {@link FunctionCall#encodeArguments} makes them; {@code callCount} of them from {@code callsOffset} on are made, 1 to
     *     {@link Limits#INVOKE_ALL_CALLS_MAX}
     */
    public boolean invokeAll(
            byte[] function, boolean readOnly, byte[][] arguments, int callsOffset, int callCount, long correlation) {
        Session session = loop.sessions().route(Request.ROUTE_ANY);
        int length = InvokeAllLayout.NAME_OFFSET + function.length + callCount * Integer.BYTES;
        for (int i = callsOffset; i < callsOffset + callCount; i++) {
            length += arguments[i].length;
        }
        if (!begin(session, Opcode.INVOKE_ALL, readOnly, length, correlation)) {
            return false;
        }
        MemorySegment memory = session.bodyMemory();
        long body = session.body();
        InvokeAllLayout.write(memory, body, readOnly ? InvokeAllLayout.FLAG_READ_ONLY : 0, function.length, callCount);
        long at = Wire.putBytes(memory, body + InvokeAllLayout.NAME_OFFSET, function);
        for (int i = callsOffset; i < callsOffset + callCount; i++) {
            Wire.putInt(memory, at, arguments[i].length);
            at = Wire.putBytes(memory, at + Integer.BYTES, arguments[i]);
        }
        session.commit();
        return true;
    }

    private Session route(byte[] key, int keyOffset, int keyLength) {
        return loop.sessions()
                .route(loop.sessions().all().length == 1 ? 0 : TableRequests.hash(key, keyOffset, keyLength));
    }

    private boolean begin(Session session, int opcode, boolean replayable, int bodyLength, long correlation) {
        if (session.outstanding() == 0) {
            // Nothing says when the last turn was.
            loop.readClock();
        }
        return session.begin(opcode, replayable, table, bodyLength, loop.nowNs() + timeoutNs, completion, correlation);
    }
}
