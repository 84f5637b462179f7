package dev.quern.sandbox.java;

import dev.quern.guest.Buffer;
import dev.quern.guest.Bytes;
import dev.quern.guest.Call;
import dev.quern.guest.View;
import dev.quern.kvstore.Record;
import dev.quern.kvstore.StoreStatus;
import dev.quern.sandbox.guest.Arguments;
import dev.quern.sandbox.guest.GuestTrap;
import dev.quern.sandbox.guest.GuestTrap.Reason;
import dev.quern.sandbox.guest.NativeCalls;
import dev.quern.sandbox.guest.RangeCalls;
import dev.quern.sandbox.guest.ReplyBuffer;
import dev.quern.sandbox.guest.StoreCalls;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What a function in Java calls: each call a plain one into the store. A trap is kept, too, so that a function which catches it has ended
 * all the same. Thread: the core's, but for what ends and pauses.
 */
final class JavaCall implements Call {
    private static final int NOTHING = 0;
    private static final int PAUSE = 1;
    private static final int END = 2;

    private final StoreCalls calls;
    private final NativeCalls natively;
    private final RangeCalls ranges;

    /** What others want of the running call; seen when it next calls. */
    private final AtomicInteger wanted = new AtomicInteger(NOTHING);

    JavaCall(StoreCalls calls) {
        this.calls = calls;
        natively = calls.natively();
        ranges = calls.ranges();
    }

    /** Ends the running call. Any thread. */
    void interrupt() {
        wanted.setOpaque(END);
    }

    /** Has the running call stand still for a while. Any thread. */
    void pause() {
        wanted.compareAndSet(NOTHING, PAUSE);
    }

    /** Forgets both. */
    void clearInterrupt() {
        wanted.setOpaque(NOTHING);
    }

    /** The function stands between two of its loops' iterations. */
    void tick() {
        try {
            calls.tick();
        } catch (GuestTrap trap) {
            calls.keepTrap(trap);
            throw trap;
        }
    }

    private void enter() {
        if (wanted.getOpaque() != NOTHING) {
            stop();
        }
    }

    private void stop() {
        if (wanted.getOpaque() == END) {
            throw kept(new GuestTrap(Reason.DEADLINE, "interrupted"));
        }
        wanted.compareAndSet(PAUSE, NOTHING);
        try {
            calls.look();
        } catch (GuestTrap trap) {
            throw kept(trap);
        }
    }

    private GuestTrap kept(GuestTrap trap) {
        calls.keepTrap(trap);
        return trap;
    }

    @Override
    public int get(int table, Bytes key, View value) {
        enter();
        try {
            long record = natively.find(table, key.address(), key.length());
            return point(record, value);
        } catch (GuestTrap trap) {
            throw kept(trap);
        }
    }

    private static int point(long record, View value) {
        if (record == Record.NONE) {
            return NOT_FOUND;
        }
        int length = Record.valueLength(record);
        value.point(Record.valueAddress(record), length);
        return length;
    }

    @Override
    public int put(int table, Bytes key, Bytes value) {
        enter();
        try {
            return natively.put(table, key.address(), key.length(), value.address(), value.length());
        } catch (GuestTrap trap) {
            throw kept(trap);
        }
    }

    @Override
    public int putTtl(int table, Bytes key, Bytes value, long ttlMs) {
        enter();
        try {
            return natively.putTtl(table, key.address(), key.length(), value.address(), value.length(), ttlMs);
        } catch (GuestTrap trap) {
            throw kept(trap);
        }
    }

    @Override
    public int delete(int table, Bytes key) {
        enter();
        try {
            return natively.delete(table, key.address(), key.length());
        } catch (GuestTrap trap) {
            throw kept(trap);
        }
    }

    @Override
    public int incr(int table, Bytes key, long delta) {
        enter();
        try {
            return natively.increment(table, key.address(), key.length(), delta);
        } catch (GuestTrap trap) {
            throw kept(trap);
        }
    }

    @Override
    public long sum() {
        return natively.sum();
    }

    @Override
    public int cas(int table, Bytes key, Bytes expected, Bytes value) {
        return compareAndSet(table, key, expected.address(), expected.length(), value);
    }

    @Override
    public int putIfAbsent(int table, Bytes key, Bytes value) {
        return compareAndSet(table, key, 0, -1, value);
    }

    private int compareAndSet(int table, Bytes key, long expected, int expectedLength, Bytes value) {
        enter();
        try {
            return natively.compareAndSet(
                    table, key.address(), key.length(), expected, expectedLength, value.address(), value.length());
        } catch (GuestTrap trap) {
            throw kept(trap);
        }
    }

    @Override
    public int range(int cursor, int table, Bytes low, Bytes high, int flags) {
        enter();
        try {
            return ranges.open(cursor, table, low.address(), low.length(), high.address(), high.length(), flags);
        } catch (GuestTrap trap) {
            throw kept(trap);
        }
    }

    @Override
    public int rangeNext(int cursor, View value) {
        enter();
        try {
            return point(ranges.next(cursor), value);
        } catch (GuestTrap trap) {
            throw kept(trap);
        }
    }

    @Override
    public int rangeKey(int cursor, View key) {
        try {
            long record = ranges.current(cursor);
            if (record == Record.NONE) {
                return NOT_FOUND;
            }
            int length = Record.keyLength(record);
            key.point(Record.keyAddress(record), length);
            return length;
        } catch (GuestTrap trap) {
            throw kept(trap);
        }
    }

    @Override
    public int table(Bytes name) {
        return natively.table(name.address(), name.length());
    }

    @Override
    public int argumentCount() {
        enter();
        return natively.arguments().count();
    }

    @Override
    public int argument(int index, View argument) {
        enter();
        Arguments arguments = natively.arguments();
        int length = arguments.length(index);
        if (length != StoreStatus.NOT_FOUND) {
            argument.point(arguments.address(index), length);
        }
        return length;
    }

    @Override
    public int reply(Bytes bytes) {
        enter();
        try {
            return natively.reply(bytes.address(), bytes.length());
        } catch (GuestTrap trap) {
            throw kept(trap);
        }
    }

    @Override
    public int random(Buffer target, int length) {
        enter();
        try {
            return calls.random(target.length(length).address(), length);
        } catch (GuestTrap trap) {
            throw kept(trap);
        }
    }

    @Override
    public int call(Bytes name, Bytes arguments) {
        enter();
        try {
            return calls.call(name.address(), name.length(), arguments.address(), arguments.length());
        } catch (GuestTrap trap) {
            throw kept(trap);
        }
    }

    @Override
    public int callResult() {
        return calls.callResult();
    }

    @Override
    public int callReply(View reply) {
        ReplyBuffer answer = calls.answer();
        if (!answer.isSet()) {
            return NOT_FOUND;
        }
        reply.point(answer.address(), answer.length());
        return answer.length();
    }

    @Override
    public void log(String line) {
        enter();
        Buffer bytes = Buffer.of(line);
        natively.log(bytes.address(), bytes.length());
    }

    @Override
    public long now() {
        return natively.nowMs();
    }
}
