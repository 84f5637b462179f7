package dev.quern.sandbox.espresso;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.kvstore.Record;
import dev.quern.kvstore.StoreStatus;
import dev.quern.sandbox.espresso.guest.HostCalls;
import dev.quern.sandbox.guest.Arguments;
import dev.quern.sandbox.guest.GuestTrap;
import dev.quern.sandbox.guest.NativeCalls;
import dev.quern.sandbox.guest.RangeCalls;
import dev.quern.sandbox.guest.ReplyBuffer;
import dev.quern.sandbox.guest.StoreCalls;
import org.graalvm.polyglot.HostAccess.Export;

/**
 * What contexts call. Addresses are the machine's own, as a context has native access, and are believed. A trap is kept, too, so that a
 * function which catches it has ended all the same. Thread: the core's. Public for the polyglot API's sake.
 */
public final class EspressoCalls implements HostCalls {
    private final StoreCalls calls;
    private final NativeCalls natively;
    private final RangeCalls ranges;

    EspressoCalls(StoreCalls calls) {
        this.calls = calls;
        natively = calls.natively();
        ranges = calls.ranges();
    }

    private GuestTrap kept(GuestTrap trap) {
        calls.keepTrap(trap);
        return trap;
    }

    /** At the end of a call, as what it found is still there after others went first. A look costs little beside coming here. */
    private int looked(int result) {
        calls.look();
        return result;
    }

    private static int valueOf(long record, long found) {
        if (record == Record.NONE) {
            return StoreStatus.NOT_FOUND;
        }
        NativeMemory.putLong(found, Record.valueAddress(record));
        return Record.valueLength(record);
    }

    @Override
    @Export
    public int get(int table, long key, int keyLength, long found) {
        try {
            return looked(valueOf(natively.find(table, key, keyLength), found));
        } catch (GuestTrap trap) {
            throw kept(trap);
        }
    }

    @Override
    @Export
    public int put(int table, long key, int keyLength, long value, int valueLength) {
        try {
            return looked(natively.put(table, key, keyLength, value, valueLength));
        } catch (GuestTrap trap) {
            throw kept(trap);
        }
    }

    @Override
    @Export
    public int putTtl(int table, long key, int keyLength, long value, int valueLength, long ttlMs) {
        try {
            return looked(natively.putTtl(table, key, keyLength, value, valueLength, ttlMs));
        } catch (GuestTrap trap) {
            throw kept(trap);
        }
    }

    @Override
    @Export
    public int delete(int table, long key, int keyLength) {
        try {
            return looked(natively.delete(table, key, keyLength));
        } catch (GuestTrap trap) {
            throw kept(trap);
        }
    }

    @Override
    @Export
    public int incr(int table, long key, int keyLength, long delta) {
        try {
            return looked(natively.increment(table, key, keyLength, delta));
        } catch (GuestTrap trap) {
            throw kept(trap);
        }
    }

    @Override
    @Export
    public long sum() {
        return natively.sum();
    }

    @Override
    @Export
    public int cas(int table, long key, int keyLength, long expected, int expectedLength, long value, int valueLength) {
        try {
            return looked(natively.compareAndSet(table, key, keyLength, expected, expectedLength, value, valueLength));
        } catch (GuestTrap trap) {
            throw kept(trap);
        }
    }

    @Override
    @Export
    public int range(int cursor, int table, long low, int lowLength, long high, int highLength, int flags) {
        try {
            return looked(ranges.open(cursor, table, low, lowLength, high, highLength, flags));
        } catch (GuestTrap trap) {
            throw kept(trap);
        }
    }

    @Override
    @Export
    public int rangeNext(int cursor, long found) {
        try {
            return looked(valueOf(ranges.next(cursor), found));
        } catch (GuestTrap trap) {
            throw kept(trap);
        }
    }

    @Override
    @Export
    public int rangeKey(int cursor, long found) {
        try {
            long record = ranges.current(cursor);
            if (record == Record.NONE) {
                return StoreStatus.NOT_FOUND;
            }
            NativeMemory.putLong(found, Record.keyAddress(record));
            return Record.keyLength(record);
        } catch (GuestTrap trap) {
            throw kept(trap);
        }
    }

    @Override
    @Export
    public int table(long name, int nameLength) {
        return natively.table(name, nameLength);
    }

    @Override
    @Export
    public int argumentCount() {
        return natively.arguments().count();
    }

    @Override
    @Export
    public int argument(int index, long found) {
        Arguments arguments = natively.arguments();
        int length = arguments.length(index);
        if (length != StoreStatus.NOT_FOUND) {
            NativeMemory.putLong(found, arguments.address(index));
        }
        return length;
    }

    @Override
    @Export
    public int reply(long bytes, int length) {
        try {
            return looked(natively.reply(bytes, length));
        } catch (GuestTrap trap) {
            throw kept(trap);
        }
    }

    @Override
    @Export
    public int random(long target, int length) {
        try {
            return looked(calls.random(target, length));
        } catch (GuestTrap trap) {
            throw kept(trap);
        }
    }

    @Override
    @Export
    public int call(long name, int nameLength, long arguments, int argumentsLength) {
        try {
            return looked(calls.call(name, nameLength, arguments, argumentsLength));
        } catch (GuestTrap trap) {
            throw kept(trap);
        }
    }

    @Override
    @Export
    public int callResult() {
        return calls.callResult();
    }

    @Override
    @Export
    public int callReply(long found) {
        ReplyBuffer answer = calls.answer();
        if (!answer.isSet()) {
            return StoreStatus.NOT_FOUND;
        }
        NativeMemory.putLong(found, answer.address());
        return answer.length();
    }

    @Override
    @Export
    public void log(long line, int length) {
        natively.log(line, length);
    }

    @Override
    @Export
    public long now() {
        return natively.nowMs();
    }
}
