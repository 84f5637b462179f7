package dev.quern.sandbox.espresso.guest;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.guest.Buffer;
import dev.quern.guest.Bytes;
import dev.quern.guest.Call;
import dev.quern.guest.View;

/** A function's call, as the function sees it in its context: the host does what it says. */
final class GuestCall implements Call {
    private final HostCalls host;
    private final Buffer found = new Buffer(HostCalls.FOUND_BYTES);

    GuestCall(HostCalls host) {
        this.host = host;
    }

    private int point(int length, View view) {
        if (length >= 0) {
            view.point(NativeMemory.getLong(found.address()), length);
        }
        return length;
    }

    @Override
    public int get(int table, Bytes key, View value) {
        return point(host.get(table, key.address(), key.length(), found.address()), value);
    }

    @Override
    public int put(int table, Bytes key, Bytes value) {
        return host.put(table, key.address(), key.length(), value.address(), value.length());
    }

    @Override
    public int putTtl(int table, Bytes key, Bytes value, long ttlMs) {
        return host.putTtl(table, key.address(), key.length(), value.address(), value.length(), ttlMs);
    }

    @Override
    public int delete(int table, Bytes key) {
        return host.delete(table, key.address(), key.length());
    }

    @Override
    public int incr(int table, Bytes key, long delta) {
        return host.incr(table, key.address(), key.length(), delta);
    }

    @Override
    public long sum() {
        return host.sum();
    }

    @Override
    public int cas(int table, Bytes key, Bytes expected, Bytes value) {
        return host.cas(
                table,
                key.address(),
                key.length(),
                expected.address(),
                expected.length(),
                value.address(),
                value.length());
    }

    @Override
    public int putIfAbsent(int table, Bytes key, Bytes value) {
        return host.cas(table, key.address(), key.length(), 0, -1, value.address(), value.length());
    }

    @Override
    public int range(int cursor, int table, Bytes low, Bytes high, int flags) {
        return host.range(cursor, table, low.address(), low.length(), high.address(), high.length(), flags);
    }

    @Override
    public int rangeNext(int cursor, View value) {
        return point(host.rangeNext(cursor, found.address()), value);
    }

    @Override
    public int rangeKey(int cursor, View key) {
        return point(host.rangeKey(cursor, found.address()), key);
    }

    @Override
    public int table(Bytes name) {
        return host.table(name.address(), name.length());
    }

    @Override
    public int argumentCount() {
        return host.argumentCount();
    }

    @Override
    public int argument(int index, View argument) {
        return point(host.argument(index, found.address()), argument);
    }

    @Override
    public int reply(Bytes bytes) {
        return host.reply(bytes.address(), bytes.length());
    }

    @Override
    public int random(Buffer target, int length) {
        return host.random(target.length(length).address(), length);
    }

    @Override
    public int call(Bytes name, Bytes arguments) {
        return host.call(name.address(), name.length(), arguments.address(), arguments.length());
    }

    @Override
    public int callResult() {
        return host.callResult();
    }

    @Override
    public int callReply(View reply) {
        return point(host.callReply(found.address()), reply);
    }

    @Override
    public void log(String line) {
        Buffer bytes = Buffer.of(line);
        host.log(bytes.address(), bytes.length());
    }

    @Override
    public long now() {
        return host.now();
    }
}
