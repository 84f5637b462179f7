package dev.quern.sandbox.graal;

import com.oracle.truffle.api.CompilerDirectives.TruffleBoundary;
import com.oracle.truffle.api.dsl.Cached;
import com.oracle.truffle.api.interop.InteropLibrary;
import com.oracle.truffle.api.interop.TruffleObject;
import com.oracle.truffle.api.library.ExportLibrary;
import com.oracle.truffle.api.library.ExportMessage;
import dev.quern.sandbox.guest.GuestTrap;
import dev.quern.sandbox.guest.Intrinsic;
import dev.quern.sandbox.guest.StoreCalls;
import dev.quern.sandbox.guest.WindowedMemory;

/**
 * An intrinsic as the guest calls it: a Truffle object whose call is compiled into the guest's code, with the one branch on which
 * intrinsic it is folded away, and which ends in a plain call into {@link StoreCalls}. No polyglot host call is on the way.
 */
@ExportLibrary(InteropLibrary.class)
final class IntrinsicObject implements TruffleObject {
    final Intrinsic intrinsic;
    final StoreCalls calls;
    final WindowedMemory memory;

    IntrinsicObject(Intrinsic intrinsic, StoreCalls calls, WindowedMemory memory) {
        this.intrinsic = intrinsic;
        this.calls = calls;
        this.memory = memory;
    }

    @ExportMessage
    boolean isExecutable() {
        return true;
    }

    @ExportMessage
    Object execute(
            Object[] arguments,
            @Cached(value = "this.intrinsic", allowUncached = true, neverDefault = true) Intrinsic which) {
        try {
            return switch (which) {
                case GET -> get(integer(arguments, 0), integer(arguments, 1), integer(arguments, 2));
                case PUT ->
                    put(
                            integer(arguments, 0),
                            integer(arguments, 1),
                            integer(arguments, 2),
                            integer(arguments, 3),
                            integer(arguments, 4));
                case PUT_TTL ->
                    putTtl(
                            integer(arguments, 0),
                            integer(arguments, 1),
                            integer(arguments, 2),
                            integer(arguments, 3),
                            integer(arguments, 4),
                            (long) arguments[5]);
                case DELETE -> delete(integer(arguments, 0), integer(arguments, 1), integer(arguments, 2));
                case INCR ->
                    increment(
                            integer(arguments, 0),
                            integer(arguments, 1),
                            integer(arguments, 2),
                            (long) arguments[3],
                            integer(arguments, 4));
                case CAS ->
                    compareAndSet(
                            integer(arguments, 0),
                            integer(arguments, 1),
                            integer(arguments, 2),
                            integer(arguments, 3),
                            integer(arguments, 4),
                            integer(arguments, 5),
                            integer(arguments, 6));
                case RANGE ->
                    range(
                            integer(arguments, 0),
                            integer(arguments, 1),
                            integer(arguments, 2),
                            integer(arguments, 3),
                            integer(arguments, 4),
                            integer(arguments, 5),
                            integer(arguments, 6));
                case RANGE_NEXT -> rangeNext(integer(arguments, 0));
                case RANGE_KEY -> rangeKey(integer(arguments, 0));
                case TABLE -> table(integer(arguments, 0), integer(arguments, 1));
                case ARG_COUNT -> argumentCount();
                case ARG_LEN -> argumentLength(integer(arguments, 0));
                case ARG -> argument(integer(arguments, 0), integer(arguments, 1), integer(arguments, 2));
                case REPLY -> reply(integer(arguments, 0), integer(arguments, 1));
                case LOG -> log(integer(arguments, 0), integer(arguments, 1));
                case NOW -> now();
                case RANDOM -> random(integer(arguments, 0), integer(arguments, 1));
                case CALL ->
                    call(
                            integer(arguments, 0),
                            integer(arguments, 1),
                            integer(arguments, 2),
                            integer(arguments, 3),
                            integer(arguments, 4));
                case CALL_REPLY -> callReply(integer(arguments, 0), integer(arguments, 1));
            };
        } catch (GuestTrap trap) {
            throw new TrapException(calls, trap);
        }
    }

    private static int integer(Object[] arguments, int index) {
        return (int) arguments[index];
    }

    // Each a boundary of its own, so that arguments and results pass unboxed.

    @TruffleBoundary
    private long get(int table, int key, int keyLength) {
        return calls.get(memory, table, key, keyLength);
    }

    @TruffleBoundary
    private int put(int table, int key, int keyLength, int value, int valueLength) {
        return calls.put(memory, table, key, keyLength, value, valueLength);
    }

    @TruffleBoundary
    private int putTtl(int table, int key, int keyLength, int value, int valueLength, long ttlMs) {
        return calls.putTtl(memory, table, key, keyLength, value, valueLength, ttlMs);
    }

    @TruffleBoundary
    private int delete(int table, int key, int keyLength) {
        return calls.delete(memory, table, key, keyLength);
    }

    @TruffleBoundary
    private int increment(int table, int key, int keyLength, long delta, int result) {
        return calls.increment(memory, table, key, keyLength, delta, result);
    }

    @TruffleBoundary
    private int compareAndSet(
            int table, int key, int keyLength, int expected, int expectedLength, int value, int valueLength) {
        return calls.compareAndSet(memory, table, key, keyLength, expected, expectedLength, value, valueLength);
    }

    @TruffleBoundary
    private int range(int cursor, int table, int low, int lowLength, int high, int highLength, int flags) {
        return calls.ranges().open(memory, cursor, table, low, lowLength, high, highLength, flags);
    }

    @TruffleBoundary
    private long rangeNext(int cursor) {
        return calls.ranges().next(memory, cursor);
    }

    @TruffleBoundary
    private long rangeKey(int cursor) {
        return calls.ranges().key(memory, cursor);
    }

    @TruffleBoundary
    private int table(int name, int nameLength) {
        return calls.table(memory, name, nameLength);
    }

    @TruffleBoundary
    private int argumentCount() {
        return calls.argumentCount();
    }

    @TruffleBoundary
    private int argumentLength(int index) {
        return calls.argumentLength(index);
    }

    @TruffleBoundary
    private int argument(int index, int target, int capacity) {
        return calls.argument(memory, index, target, capacity);
    }

    @TruffleBoundary
    private int reply(int address, int length) {
        return calls.reply(memory, address, length);
    }

    @TruffleBoundary
    private Object log(int address, int length) {
        calls.log(memory, address, length);
        return this;
    }

    @TruffleBoundary
    private long now() {
        return calls.nowMs();
    }

    @TruffleBoundary
    private int random(int target, int length) {
        return calls.random(memory, target, length);
    }

    @TruffleBoundary
    private int call(int name, int nameLength, int arguments, int argumentsLength, int result) {
        return calls.call(memory, name, nameLength, arguments, argumentsLength, result);
    }

    @TruffleBoundary
    private int callReply(int target, int capacity) {
        return calls.callReply(memory, target, capacity);
    }
}
