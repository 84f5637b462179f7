package dev.quern.sandbox.graal;

import com.oracle.truffle.api.CompilerDirectives.TruffleBoundary;
import com.oracle.truffle.api.TruffleSafepoint;
import com.oracle.truffle.api.dsl.Bind;
import com.oracle.truffle.api.dsl.Cached;
import com.oracle.truffle.api.library.ExportLibrary;
import com.oracle.truffle.api.library.ExportMessage;
import com.oracle.truffle.api.nodes.Node;
import com.oracle.truffle.api.profiles.InlinedBranchProfile;
import dev.quern.ffi.linux.NativeMemory;
import dev.quern.sandbox.guest.BulkMoves;
import dev.quern.sandbox.guest.WindowedMemory;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import net.openhft.chronicle.core.UnsafeMemory;
import org.graalvm.wasm.api.Vector128;
import org.graalvm.wasm.api.Vector128Ops;
import org.graalvm.wasm.exception.Failure;
import org.graalvm.wasm.exception.WasmException;
import org.graalvm.wasm.memory.WasmMemory;
import org.graalvm.wasm.memory.WasmMemoryLibrary;
import org.jspecify.annotations.Nullable;

/**
 * GraalWasm's memory as Quern has it: each message of {@link WasmMemoryLibrary} finds its place by {@link GraalAddresses}, and atomic
 * ones trap. Unsafe (Chronicle's) rather than memory segments, as the Graal compiler knows the former as single instructions. The
 * library's internal interface is followed as of GraalWasm 25.0.2, name by name; where messages agree in types and meaning, one method
 * answers them.
 */
@ExportLibrary(WasmMemoryLibrary.class)
@SuppressWarnings({"MethodName", "unused", "DoNotCallSuggester", "truffle-sharing"
}) // each kind of load has its own profile
class GraalMemory extends GraalAddresses {
    private final Runnable look;

    /** @param look what is done between the steps of long moves; may end the guest's call by an exception that Truffle unwinds */
    GraalMemory(WindowedMemory memory, Runnable look) {
        super(memory);
        this.look = look;
    }

    @ExportMessage
    long size() {
        return privateBytes() / WindowedMemory.PAGE_BYTES;
    }

    @ExportMessage
    long byteSize() {
        return privateBytes();
    }

    @ExportMessage
    @TruffleBoundary
    long grow(long extraPageSize) {
        return addPages(extraPageSize);
    }

    @ExportMessage
    @TruffleBoundary
    void reset() {
        clear();
    }

    @ExportMessage
    @TruffleBoundary
    void initialize(@Nullable Node node, byte[] source, int sourceOffset, long destinationOffset, int length) {
        NativeMemory.copyFromArray(source, sourceOffset, writable(node, destinationOffset, length), length);
    }

    @ExportMessage
    @TruffleBoundary
    void fill(Node node, long offset, long length, byte value) {
        long bytes = unsigned(length);
        BulkMoves.fill(writable(node, unsigned(offset), bytes), bytes, value, () -> betweenSteps(node));
    }

    @ExportMessage
    @TruffleBoundary
    void copyFrom(Node node, WasmMemory source, long sourceOffset, long destinationOffset, long length) {
        if (!(source instanceof GraalAddresses from)) {
            throw WasmException.create(Failure.UNSPECIFIED_TRAP, node, "a copy from a memory that is not Quern's");
        }
        long bytes = unsigned(length);
        long origin = from.readable(node, unsigned(sourceOffset), bytes);
        long target = writable(node, unsigned(destinationOffset), bytes);
        BulkMoves.copy(origin, target, bytes, () -> betweenSteps(node));
    }

    private void betweenSteps(Node node) {
        TruffleSafepoint.poll(node);
        look.run();
    }

    /** GraalWasm hands the operands of moves on as signed, and they are addresses and lengths of up to 4 GiB. */
    private static long unsigned(long operand) {
        return operand & 0xffff_ffffL;
    }

    @ExportMessage
    @TruffleBoundary
    int copyFromStream(Node node, InputStream stream, int offset, int length) throws IOException {
        byte[] bytes = stream.readNBytes(length);
        initialize(node, bytes, 0, offset, bytes.length);
        return bytes.length == 0 && length > 0 ? -1 : bytes.length;
    }

    @ExportMessage
    @TruffleBoundary
    void copyToStream(Node node, OutputStream stream, int offset, int length) throws IOException {
        byte[] bytes = new byte[length];
        copyToBuffer(node, bytes, offset, 0, length);
        stream.write(bytes);
    }

    @ExportMessage
    @TruffleBoundary
    void copyToBuffer(Node node, byte[] destination, long sourceOffset, int destinationOffset, int length) {
        NativeMemory.copyToArray(readable(node, sourceOffset, length), destination, destinationOffset, length);
    }

    @ExportMessage
    void close() {
        leave();
    }

    @ExportMessage
    WasmMemory duplicate() {
        throw new IllegalStateException("an instance's memory is its own");
    }

    @ExportMessage
    boolean freed() {
        return privateBytes() == 0 && declaredMinSize > 0;
    }

    @ExportMessage
    int load_i32(Node node, long address, @Bind Node site, @Cached InlinedBranchProfile past) {
        return UnsafeMemory.unsafeGetInt(null, readable(node, site, past, address, 4));
    }

    @ExportMessage
    long load_i64(Node node, long address, @Bind Node site, @Cached InlinedBranchProfile past) {
        return UnsafeMemory.unsafeGetLong(null, readable(node, site, past, address, 8));
    }

    @ExportMessage
    float load_f32(Node node, long address, @Bind Node site, @Cached InlinedBranchProfile past) {
        return UnsafeMemory.unsafeGetFloat(null, readable(node, site, past, address, 4));
    }

    @ExportMessage
    double load_f64(Node node, long address, @Bind Node site, @Cached InlinedBranchProfile past) {
        return UnsafeMemory.unsafeGetDouble(null, readable(node, site, past, address, 8));
    }

    @ExportMessage
    int load_i32_8s(Node node, long address, @Bind Node site, @Cached InlinedBranchProfile past) {
        return UnsafeMemory.unsafeGetByte(null, readable(node, site, past, address, 1));
    }

    @ExportMessage
    int load_i32_8u(Node node, long address, @Bind Node site, @Cached InlinedBranchProfile past) {
        return UnsafeMemory.unsafeGetByte(null, readable(node, site, past, address, 1)) & 0xff;
    }

    @ExportMessage
    int load_i32_16s(Node node, long address, @Bind Node site, @Cached InlinedBranchProfile past) {
        return UnsafeMemory.unsafeGetShort(null, readable(node, site, past, address, 2));
    }

    @ExportMessage
    int load_i32_16u(Node node, long address, @Bind Node site, @Cached InlinedBranchProfile past) {
        return UnsafeMemory.unsafeGetShort(null, readable(node, site, past, address, 2)) & 0xffff;
    }

    @ExportMessage
    long load_i64_8s(Node node, long address, @Bind Node site, @Cached InlinedBranchProfile past) {
        return UnsafeMemory.unsafeGetByte(null, readable(node, site, past, address, 1));
    }

    @ExportMessage
    long load_i64_8u(Node node, long address, @Bind Node site, @Cached InlinedBranchProfile past) {
        return UnsafeMemory.unsafeGetByte(null, readable(node, site, past, address, 1)) & 0xffL;
    }

    @ExportMessage
    long load_i64_16s(Node node, long address, @Bind Node site, @Cached InlinedBranchProfile past) {
        return UnsafeMemory.unsafeGetShort(null, readable(node, site, past, address, 2));
    }

    @ExportMessage
    long load_i64_16u(Node node, long address, @Bind Node site, @Cached InlinedBranchProfile past) {
        return UnsafeMemory.unsafeGetShort(null, readable(node, site, past, address, 2)) & 0xffffL;
    }

    @ExportMessage
    long load_i64_32s(Node node, long address, @Bind Node site, @Cached InlinedBranchProfile past) {
        return UnsafeMemory.unsafeGetInt(null, readable(node, site, past, address, 4));
    }

    @ExportMessage
    long load_i64_32u(Node node, long address, @Bind Node site, @Cached InlinedBranchProfile past) {
        return UnsafeMemory.unsafeGetInt(null, readable(node, site, past, address, 4)) & 0xffff_ffffL;
    }

    @ExportMessage
    Object load_i128(Node node, long address) {
        return Vector128Ops.SINGLETON_IMPLEMENTATION.fromArray(bytes(readable(node, address, Vector128.BYTES)));
    }

    @ExportMessage(name = "store_i32")
    @ExportMessage(name = "store_i64_32")
    void store_i32(Node node, long address, int value) {
        UnsafeMemory.unsafePutInt(null, writable(node, address, 4), value);
    }

    @ExportMessage
    void store_i64(Node node, long address, long value) {
        UnsafeMemory.unsafePutLong(null, writable(node, address, 8), value);
    }

    @ExportMessage
    void store_f32(Node node, long address, float value) {
        UnsafeMemory.unsafePutFloat(null, writable(node, address, 4), value);
    }

    @ExportMessage
    void store_f64(Node node, long address, double value) {
        UnsafeMemory.unsafePutDouble(null, writable(node, address, 8), value);
    }

    @ExportMessage(name = "store_i32_8")
    @ExportMessage(name = "store_i64_8")
    void store_i32_8(Node node, long address, byte value) {
        UnsafeMemory.unsafePutByte(null, writable(node, address, 1), value);
    }

    @ExportMessage(name = "store_i32_16")
    @ExportMessage(name = "store_i64_16")
    void store_i32_16(Node node, long address, short value) {
        UnsafeMemory.unsafePutShort(null, writable(node, address, 2), value);
    }

    @ExportMessage
    void store_i128(Node node, long address, Object value) {
        putBytes(
                writable(node, address, Vector128.BYTES),
                Vector128Ops.SINGLETON_IMPLEMENTATION.toArray(Vector128Ops.cast(value)));
    }

    @TruffleBoundary
    private static byte[] bytes(long address) {
        return NativeMemory.toArray(address, Vector128.BYTES);
    }

    @TruffleBoundary
    private static void putBytes(long address, byte[] bytes) {
        NativeMemory.copyFromArray(bytes, 0, address, bytes.length);
    }

    @TruffleBoundary
    private static WasmException notOffered(Node node) {
        return WasmException.create(Failure.UNSPECIFIED_TRAP, node, "atomic instructions are not offered");
    }

    @ExportMessage(name = "atomic_load_i32")
    @ExportMessage(name = "atomic_load_i32_8u")
    @ExportMessage(name = "atomic_load_i32_16u")
    int load32(Node node, long address) {
        throw notOffered(node);
    }

    @ExportMessage(name = "atomic_load_i64")
    @ExportMessage(name = "atomic_load_i64_8u")
    @ExportMessage(name = "atomic_load_i64_16u")
    @ExportMessage(name = "atomic_load_i64_32u")
    long load64(Node node, long address) {
        throw notOffered(node);
    }

    @ExportMessage(name = "atomic_store_i32")
    @ExportMessage(name = "atomic_store_i64_32")
    void store32(Node node, long address, int value) {
        throw notOffered(node);
    }

    @ExportMessage(name = "atomic_store_i64")
    void store64(Node node, long address, long value) {
        throw notOffered(node);
    }

    @ExportMessage(name = "atomic_store_i32_8")
    @ExportMessage(name = "atomic_store_i64_8")
    void store8(Node node, long address, byte value) {
        throw notOffered(node);
    }

    @ExportMessage(name = "atomic_store_i32_16")
    @ExportMessage(name = "atomic_store_i64_16")
    void store16(Node node, long address, short value) {
        throw notOffered(node);
    }

    @ExportMessage(name = "atomic_rmw_add_i32_8u")
    @ExportMessage(name = "atomic_rmw_sub_i32_8u")
    @ExportMessage(name = "atomic_rmw_and_i32_8u")
    @ExportMessage(name = "atomic_rmw_or_i32_8u")
    @ExportMessage(name = "atomic_rmw_xor_i32_8u")
    @ExportMessage(name = "atomic_rmw_xchg_i32_8u")
    int modify32By8(Node node, long address, byte value) {
        throw notOffered(node);
    }

    @ExportMessage(name = "atomic_rmw_add_i32_16u")
    @ExportMessage(name = "atomic_rmw_sub_i32_16u")
    @ExportMessage(name = "atomic_rmw_and_i32_16u")
    @ExportMessage(name = "atomic_rmw_or_i32_16u")
    @ExportMessage(name = "atomic_rmw_xor_i32_16u")
    @ExportMessage(name = "atomic_rmw_xchg_i32_16u")
    int modify32By16(Node node, long address, short value) {
        throw notOffered(node);
    }

    @ExportMessage(name = "atomic_rmw_add_i32")
    @ExportMessage(name = "atomic_rmw_sub_i32")
    @ExportMessage(name = "atomic_rmw_and_i32")
    @ExportMessage(name = "atomic_rmw_or_i32")
    @ExportMessage(name = "atomic_rmw_xor_i32")
    @ExportMessage(name = "atomic_rmw_xchg_i32")
    int modify32By32(Node node, long address, int value) {
        throw notOffered(node);
    }

    @ExportMessage(name = "atomic_rmw_add_i64_8u")
    @ExportMessage(name = "atomic_rmw_sub_i64_8u")
    @ExportMessage(name = "atomic_rmw_and_i64_8u")
    @ExportMessage(name = "atomic_rmw_or_i64_8u")
    @ExportMessage(name = "atomic_rmw_xor_i64_8u")
    @ExportMessage(name = "atomic_rmw_xchg_i64_8u")
    long modify64By8(Node node, long address, byte value) {
        throw notOffered(node);
    }

    @ExportMessage(name = "atomic_rmw_add_i64_16u")
    @ExportMessage(name = "atomic_rmw_sub_i64_16u")
    @ExportMessage(name = "atomic_rmw_and_i64_16u")
    @ExportMessage(name = "atomic_rmw_or_i64_16u")
    @ExportMessage(name = "atomic_rmw_xor_i64_16u")
    @ExportMessage(name = "atomic_rmw_xchg_i64_16u")
    long modify64By16(Node node, long address, short value) {
        throw notOffered(node);
    }

    @ExportMessage(name = "atomic_rmw_add_i64_32u")
    @ExportMessage(name = "atomic_rmw_sub_i64_32u")
    @ExportMessage(name = "atomic_rmw_and_i64_32u")
    @ExportMessage(name = "atomic_rmw_or_i64_32u")
    @ExportMessage(name = "atomic_rmw_xor_i64_32u")
    @ExportMessage(name = "atomic_rmw_xchg_i64_32u")
    long modify64By32(Node node, long address, int value) {
        throw notOffered(node);
    }

    @ExportMessage(name = "atomic_rmw_add_i64")
    @ExportMessage(name = "atomic_rmw_sub_i64")
    @ExportMessage(name = "atomic_rmw_and_i64")
    @ExportMessage(name = "atomic_rmw_or_i64")
    @ExportMessage(name = "atomic_rmw_xor_i64")
    @ExportMessage(name = "atomic_rmw_xchg_i64")
    long modify64By64(Node node, long address, long value) {
        throw notOffered(node);
    }

    @ExportMessage(name = "atomic_rmw_cmpxchg_i32_8u")
    int exchange32By8(Node node, long address, byte expected, byte replacement) {
        throw notOffered(node);
    }

    @ExportMessage(name = "atomic_rmw_cmpxchg_i32_16u")
    int exchange32By16(Node node, long address, short expected, short replacement) {
        throw notOffered(node);
    }

    @ExportMessage(name = "atomic_rmw_cmpxchg_i32")
    int exchange32By32(Node node, long address, int expected, int replacement) {
        throw notOffered(node);
    }

    @ExportMessage(name = "atomic_rmw_cmpxchg_i64_8u")
    long exchange64By8(Node node, long address, byte expected, byte replacement) {
        throw notOffered(node);
    }

    @ExportMessage(name = "atomic_rmw_cmpxchg_i64_16u")
    long exchange64By16(Node node, long address, short expected, short replacement) {
        throw notOffered(node);
    }

    @ExportMessage(name = "atomic_rmw_cmpxchg_i64_32u")
    long exchange64By32(Node node, long address, int expected, int replacement) {
        throw notOffered(node);
    }

    @ExportMessage(name = "atomic_rmw_cmpxchg_i64")
    long exchange64By64(Node node, long address, long expected, long replacement) {
        throw notOffered(node);
    }

    @ExportMessage(name = "atomic_notify")
    int notify(Node node, long address, int count) {
        throw notOffered(node);
    }

    @ExportMessage(name = "atomic_wait32")
    int wait32(Node node, long address, int expected, long timeout) {
        throw notOffered(node);
    }

    @ExportMessage(name = "atomic_wait64")
    int wait64(Node node, long address, long expected, long timeout) {
        throw notOffered(node);
    }
}
