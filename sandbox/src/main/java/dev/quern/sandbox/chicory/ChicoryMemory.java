package dev.quern.sandbox.chicory;

import com.dylibso.chicory.runtime.ChicoryInterruptedException;
import com.dylibso.chicory.runtime.ConstantEvaluators;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.Memory;
import com.dylibso.chicory.wasm.types.ActiveDataSegment;
import com.dylibso.chicory.wasm.types.DataSegment;
import com.dylibso.chicory.wasm.types.PassiveDataSegment;
import dev.quern.ffi.linux.NativeMemory;
import dev.quern.sandbox.guest.BulkMoves;
import dev.quern.sandbox.guest.GuestTrap;
import dev.quern.sandbox.guest.WindowedMemory;

/** Chicory's memory as Quern has it: each access finds its place in a {@link WindowedMemory}; stores reach private memory only. */
@SuppressWarnings("removal") // of the interface's older atomic methods, on which its newer ones rest
final class ChicoryMemory implements Memory {
    private final WindowedMemory memory;
    private DataSegment[] segments = new DataSegment[0];

    private final Runnable look;
    private final long privateAddress;
    private int privateBytes;

    /** The first so many bytes of private memory need no mark when they are written. */
    private int storeBytes;

    /** @param look what is done between the steps of long moves; may end the guest's call by throwing */
    ChicoryMemory(WindowedMemory memory, Runnable look) {
        this.memory = memory;
        this.look = look;
        privateAddress = memory.privateAddress();
        follow();
    }

    /** Takes note of how much private memory there is now. */
    void follow() {
        privateBytes = (int) memory.privateBytes();
        storeBytes = memory.written() == null ? privateBytes : 0;
    }

    long privateAddress() {
        return privateAddress;
    }

    /** A load of so many bytes at this offset from a base that is below this, unsigned, hits private memory; 0 when none does. */
    int room(int offset, int length) {
        return offset < 0 ? 0 : Math.max(0, privateBytes - offset - (length - 1));
    }

    /** Likewise for a store, of which nothing is to be kept. */
    int storeRoom(int offset, int length) {
        return offset < 0 ? 0 : Math.max(0, storeBytes - offset - (length - 1));
    }

    long readable(int base, int offset, int length) {
        return memory.readable(Integer.toUnsignedLong(base) + Integer.toUnsignedLong(offset), length);
    }

    long writable(int base, int offset, int length) {
        return memory.writable(Integer.toUnsignedLong(base) + Integer.toUnsignedLong(offset), length);
    }

    private long readable(int address, int length) {
        return memory.readable(Integer.toUnsignedLong(address), Integer.toUnsignedLong(length));
    }

    private long writable(int address, int length) {
        return memory.writable(Integer.toUnsignedLong(address), Integer.toUnsignedLong(length));
    }

    @Override
    public int pages() {
        return memory.pages();
    }

    @Override
    public int grow(int size) {
        int before = memory.grow(size);
        follow();
        return before;
    }

    @Override
    public int initialPages() {
        return memory.pages();
    }

    @Override
    public int maximumPages() {
        return memory.pagesMax();
    }

    @Override
    public boolean shared() {
        return false;
    }

    @Override
    public Object lock(int address) {
        throw noAtomics();
    }

    @Override
    public int waitOn(int address, int expected, long timeout) {
        throw noAtomics();
    }

    @Override
    public int waitOn(int address, long expected, long timeout) {
        throw noAtomics();
    }

    @Override
    public int notify(int address, int maxThreads) {
        throw noAtomics();
    }

    private static GuestTrap noAtomics() {
        return new GuestTrap(GuestTrap.Reason.TRAP, "atomic instructions are not offered");
    }

    @Override
    public void initialize(Instance instance, DataSegment[] dataSegments) {
        // The instance's own array: it puts an empty segment where it drops one.
        segments = dataSegments == null ? new DataSegment[0] : dataSegments;
        for (int i = 0; i < segments.length; i++) {
            if (segments[i] instanceof ActiveDataSegment active) {
                int offset = (int) ConstantEvaluators.computeConstantValue(instance, active.offsetInstructions())[0];
                write(offset, active.data(), 0, active.data().length);
                drop(i);
            }
        }
    }

    @Override
    public void initPassiveSegment(int segmentId, int dest, int offset, int size) {
        byte[] data = segments[segmentId].data();
        if (offset < 0 || size < 0 || offset > data.length - size) {
            throw new GuestTrap(GuestTrap.Reason.TRAP, "memory.init past the end of its data segment");
        }
        write(dest, data, offset, size);
    }

    @Override
    public void drop(int segment) {
        segments[segment] = PassiveDataSegment.EMPTY;
    }

    @Override
    public void write(int addr, byte[] data, int offset, int size) {
        NativeMemory.copyFromArray(data, offset, writable(addr, size), size);
    }

    @Override
    public byte read(int addr) {
        return NativeMemory.getByte(readable(addr, Byte.BYTES));
    }

    @Override
    public byte[] readBytes(int addr, int len) {
        return NativeMemory.toArray(readable(addr, len), len);
    }

    @Override
    public void writeI32(int addr, int data) {
        NativeMemory.putInt(writable(addr, Integer.BYTES), data);
    }

    @Override
    public int readInt(int addr) {
        return NativeMemory.getInt(readable(addr, Integer.BYTES));
    }

    @Override
    public void writeLong(int addr, long data) {
        NativeMemory.putLong(writable(addr, Long.BYTES), data);
    }

    @Override
    public long readLong(int addr) {
        return NativeMemory.getLong(readable(addr, Long.BYTES));
    }

    @Override
    public void writeShort(int addr, short data) {
        NativeMemory.putShort(writable(addr, Short.BYTES), data);
    }

    @Override
    public short readShort(int addr) {
        return NativeMemory.getShort(readable(addr, Short.BYTES));
    }

    @Override
    public long readU16(int addr) {
        return Short.toUnsignedLong(readShort(addr));
    }

    @Override
    public void writeByte(int addr, byte data) {
        NativeMemory.putByte(writable(addr, Byte.BYTES), data);
    }

    @Override
    public void writeF32(int addr, float data) {
        writeI32(addr, Float.floatToRawIntBits(data));
    }

    @Override
    public long readF32(int addr) {
        return readInt(addr);
    }

    @Override
    public float readFloat(int addr) {
        return Float.intBitsToFloat(readInt(addr));
    }

    @Override
    public void writeF64(int addr, double data) {
        writeLong(addr, Double.doubleToRawLongBits(data));
    }

    @Override
    public double readDouble(int addr) {
        return Double.longBitsToDouble(readLong(addr));
    }

    @Override
    public long readF64(int addr) {
        return readLong(addr);
    }

    @Override
    public void zero() {
        memory.reset(memory.pages());
        follow();
    }

    @Override
    public void fill(byte value, int fromIndex, int toIndex) {
        BulkMoves.fill(
                writable(fromIndex, toIndex - fromIndex),
                Integer.toUnsignedLong(toIndex - fromIndex),
                value,
                this::betweenSteps);
    }

    @Override
    public void copy(int dest, int src, int size) {
        long from = readable(src, size);
        BulkMoves.copy(from, writable(dest, size), Integer.toUnsignedLong(size), this::betweenSteps);
    }

    private void betweenSteps() {
        // As Chicory's compiled code does at loops and calls.
        if (Thread.currentThread().isInterrupted()) {
            throw new ChicoryInterruptedException("interrupted");
        }
        look.run();
    }
}
