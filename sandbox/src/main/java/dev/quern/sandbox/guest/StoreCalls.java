package dev.quern.sandbox.guest;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.kvstore.Record;
import dev.quern.kvstore.StoreStatus;
import dev.quern.sandbox.guest.GuestTrap.Reason;
import org.jspecify.annotations.Nullable;

/**
 * What the intrinsics do, for whichever runtime calls them. One per core; what it works on is set for each invocation. Addresses and
 * lengths come from the guest and are believed in nothing. Thread: the core's.
 */
public final class StoreCalls {
    private final CallState state;
    private final NativeCalls calls;
    private final RangeCalls ranges;
    private final WasiCalls wasi;
    private final Pace pace;
    private final RandomBytes random = new RandomBytes();
    private ReturnedMemory returned = ReturnedMemory.atOnce();
    private @Nullable FunctionCalls functions;
    private @Nullable GuestTrap trap;

    /** @param pace told of the guest's ticks */
    public StoreCalls(CallState state, Pace pace) {
        this(state, pace, new NativeCalls(state), new RangeCalls(state));
    }

    /** With other ways to the records. */
    public StoreCalls(CallState state, Pace pace, NativeCalls calls, RangeCalls ranges) {
        this.state = state;
        this.pace = pace;
        this.calls = calls;
        this.ranges = ranges;
        wasi = new WasiCalls(state, pace, random);
    }

    /** Sets what runs the functions that functions call. */
    public void functions(FunctionCalls calls) {
        functions = calls;
    }

    /** What the guest's ticks are told. */
    public Pace pace() {
        return pace;
    }

    /** From now on the memory of guests waits for {@link ReturnedMemory#returnSome}; before that it goes back to the system at once. */
    public void returnLater() {
        returned = new ReturnedMemory();
    }

    /** By which guests' memory goes back to the system. */
    public ReturnedMemory returned() {
        return returned;
    }

    /** The guest ticks, between two of its instructions; now and then it stands still for a while, or ends. */
    public void tick() {
        pace.tick();
    }

    /** As {@link #tick}, when it is known to be time. */
    public void look() {
        pace.look();
    }

    /**
     * Ends the guest's call, whose own calls nest too deep; those who wait go first, as unwinding takes its time.
     *
     * @param depthMax how deep they may
     */
    public void tooDeep(int depthMax) {
        pace.look();
        throw new GuestTrap(
                Reason.TRAP,
                "call stack exhausted: calls nest more than " + depthMax
                        + " deep, where a function with many locals counts for several");
    }

    /** An intrinsic did more than a few instructions do. At its end, as what it found is still there after others went first. */
    private void spent(long bytes) {
        pace.moved(bytes);
    }

    /** What the intrinsics come to, for a runtime whose guests' addresses are the machine's own. */
    public NativeCalls natively() {
        return calls;
    }

    /** The intrinsics that walk over ranges. */
    public RangeCalls ranges() {
        return ranges;
    }

    /** What modules made for WASI import. */
    public WasiCalls wasi() {
        return wasi;
    }

    /** The record's value: its length in the upper half, its address in the lower; or a status below 0. */
    public long get(WindowedMemory memory, int table, int key, int keyLength) {
        long record = calls.find(table, readable(memory, key, keyLength), keyLength);
        if (record == Record.NONE) {
            return StoreStatus.NOT_FOUND;
        }
        int length = Record.valueLength(record);
        long address = memory.toGuest(state.attempts(), Record.valueAddress(record), length, state.addressMax());
        if (address < WindowedMemory.WINDOW_START) {
            spent(length); // It had to be copied.
        }
        return (long) length << Integer.SIZE | address;
    }

    private static long readable(WindowedMemory memory, int address, int length) {
        return memory.readable(Integer.toUnsignedLong(address), Integer.toUnsignedLong(length));
    }

    public int put(WindowedMemory memory, int table, int key, int keyLength, int value, int valueLength) {
        int status = calls.put(
                table, readable(memory, key, keyLength), keyLength, readable(memory, value, valueLength), valueLength);
        spent(valueLength);
        return status;
    }

    public int putTtl(
            WindowedMemory memory, int table, int key, int keyLength, int value, int valueLength, long ttlMs) {
        int status = calls.putTtl(
                table,
                readable(memory, key, keyLength),
                keyLength,
                readable(memory, value, valueLength),
                valueLength,
                ttlMs);
        spent(valueLength);
        return status;
    }

    public int delete(WindowedMemory memory, int table, int key, int keyLength) {
        return calls.delete(table, readable(memory, key, keyLength), keyLength);
    }

    public int increment(WindowedMemory memory, int table, int key, int keyLength, long delta, int result) {
        calls.requireWritable("incr");
        long resultAddress = memory.writable(Integer.toUnsignedLong(result), Long.BYTES);
        int status = calls.increment(table, readable(memory, key, keyLength), keyLength, delta);
        if (status == StoreStatus.OK) {
            NativeMemory.putLong(resultAddress, calls.sum());
        }
        return status;
    }

    /** Writes a value if the one there is as expected, byte for byte; an expected length of -1 stands for no record. */
    public int compareAndSet(
            WindowedMemory memory,
            int table,
            int key,
            int keyLength,
            int expected,
            int expectedLength,
            int value,
            int valueLength) {
        int status = calls.compareAndSet(
                table,
                readable(memory, key, keyLength),
                keyLength,
                expectedLength == -1 ? 0 : readable(memory, expected, expectedLength),
                expectedLength,
                readable(memory, value, valueLength),
                valueLength);
        spent(Math.max(0, expectedLength) + (long) valueLength);
        return status;
    }

    /** The handle of a table by name, or NOT_FOUND. */
    public int table(WindowedMemory memory, int name, int nameLength) {
        return NativeCalls.canNameATable(nameLength)
                ? calls.table(readable(memory, name, nameLength), nameLength)
                : StoreStatus.NOT_FOUND;
    }

    public int argumentCount() {
        return state.arguments().count();
    }

    /** The length of an argument, or NOT_FOUND. */
    public int argumentLength(int index) {
        return state.arguments().length(index);
    }

    /** Copies an argument, or as much of it as there is room for; returns its full length, or NOT_FOUND. */
    public int argument(WindowedMemory memory, int index, int target, int capacity) {
        int length = state.arguments().length(index);
        if (length > 0) {
            int copied = Math.min(length, Math.max(0, capacity));
            long address = memory.writable(Integer.toUnsignedLong(target), copied);
            NativeMemory.copy(state.arguments().address(index), address, copied);
            spent(copied);
        }
        return length;
    }

    /** Appends to the reply, from private memory or from a record. */
    public int reply(WindowedMemory memory, int address, int length) {
        int status = calls.reply(readable(memory, address, length), Integer.toUnsignedLong(length));
        spent(Integer.toUnsignedLong(length));
        return status;
    }

    public void log(WindowedMemory memory, int address, int length) {
        calls.log(readable(memory, address, length), Integer.toUnsignedLong(length));
        spent(NativeCalls.LOG_LINE_MAX);
    }

    public long nowMs() {
        return state.nowMs();
    }

    public int random(WindowedMemory memory, int target, int length) {
        checkRandom(length);
        return random(memory.writable(Integer.toUnsignedLong(target), length), length);
    }

    /** Fills native memory with so many random bytes. */
    public int random(long target, int length) {
        checkRandom(length);
        random.fill(target, length);
        spent(length);
        return StoreStatus.OK;
    }

    private static void checkRandom(int length) {
        if (length < 0 || length > RandomBytes.MAX) {
            throw new GuestTrap(
                    Reason.TRAP,
                    "random with length=" + Integer.toUnsignedLong(length) + "; ask for up to " + RandomBytes.MAX);
        }
    }

    /** Calls another function; a list of length 0 is one of no arguments. What it returned goes to {@code result}. */
    public int call(WindowedMemory memory, int name, int nameLength, int arguments, int argumentsLength, int result) {
        long nameAddress = memory.readable(Integer.toUnsignedLong(name), Integer.toUnsignedLong(nameLength));
        long list = memory.readable(Integer.toUnsignedLong(arguments), Integer.toUnsignedLong(argumentsLength));
        long resultAddress = memory.writable(Integer.toUnsignedLong(result), Integer.BYTES);
        int status = call(nameAddress, nameLength, list, argumentsLength);
        NativeMemory.putInt(resultAddress, callResult());
        return status;
    }

    /** As the other, for a name and a list in native memory; what the function returned is then in {@link #callResult}. */
    public int call(long name, int nameLength, long arguments, int argumentsLength) {
        // Half a line of the caller's does not wait for the end of one that others begin.
        wasi.flush();
        return functions().call(name, nameLength, arguments, argumentsLength);
    }

    private FunctionCalls functions() {
        FunctionCalls calls = functions;
        if (calls == null) {
            throw new IllegalStateException("nobody runs functions that functions call");
        }
        return calls;
    }

    /** What the function last called returned. */
    public int callResult() {
        return functions().result();
    }

    /** What the function last called replied. */
    public ReplyBuffer answer() {
        return state.answer();
    }

    /** Copies what the function last called replied, or as much of it as there is room for; its full length, or NOT_FOUND. */
    public int callReply(WindowedMemory memory, int target, int capacity) {
        ReplyBuffer answer = state.answer();
        int copied = Math.min(answer.length(), Math.max(0, capacity));
        if (copied > 0) {
            NativeMemory.copy(answer.address(), memory.writable(Integer.toUnsignedLong(target), copied), copied);
        }
        return answer.isSet() ? answer.length() : StoreStatus.NOT_FOUND;
    }

    /** For a runtime whose frames unwind by exceptions of its own: keeps what ended the call until {@link #takeTrap}. */
    public void keepTrap(GuestTrap ended) {
        trap = ended;
    }

    /** What ended the call, once, or null when it was the guest itself. */
    public @Nullable GuestTrap takeTrap() {
        GuestTrap kept = trap;
        trap = null;
        return kept;
    }
}
