package dev.quern.sandbox.graal;

import com.oracle.truffle.api.CompilerDirectives.TruffleBoundary;
import com.oracle.truffle.api.interop.InteropLibrary;
import com.oracle.truffle.api.interop.TruffleObject;
import com.oracle.truffle.api.interop.UnknownIdentifierException;
import com.oracle.truffle.api.library.ExportLibrary;
import com.oracle.truffle.api.library.ExportMessage;
import dev.quern.sandbox.guest.Intrinsic;
import dev.quern.sandbox.guest.StoreCalls;
import dev.quern.sandbox.guest.WasiImport;
import dev.quern.sandbox.guest.WindowedMemory;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Host functions to import from: each is made when it is asked for, as most modules want few, and an instance keeps what it imports. */
@ExportLibrary(InteropLibrary.class)
final class LazyImports implements TruffleObject {
    private static final ImportObject.Names INTRINSICS = new ImportObject.Names(
            Arrays.stream(Intrinsic.values()).map(Intrinsic::importName).toArray(String[]::new));
    private static final ImportObject.Names WASI = new ImportObject.Names(
            Arrays.stream(WasiImport.values()).map(WasiImport::importName).toArray(String[]::new));

    /** Makes one of the functions. */
    @FunctionalInterface
    private interface Made {
        /** Null when there is none of this name. */
        @Nullable
        Object named(String name);
    }

    private final ImportObject.Names names;
    private final Made made;

    private LazyImports(ImportObject.Names names, Made made) {
        this.names = names;
        this.made = made;
    }

    static LazyImports intrinsics(StoreCalls calls, WindowedMemory memory) {
        return new LazyImports(INTRINSICS, name -> {
            Intrinsic intrinsic = Intrinsic.named(name);
            return intrinsic == null ? null : new IntrinsicObject(intrinsic, calls, memory);
        });
    }

    static LazyImports wasi(StoreCalls calls, WindowedMemory memory) {
        return new LazyImports(WASI, name -> {
            WasiImport wasi = WasiImport.named(name);
            return wasi == null ? null : new WasiObject(wasi, calls, memory);
        });
    }

    @ExportMessage
    boolean hasMembers() {
        return true;
    }

    @ExportMessage
    Object getMembers(@SuppressWarnings("unused") boolean includeInternal) {
        return names;
    }

    @ExportMessage
    @TruffleBoundary
    boolean isMemberReadable(String member) {
        return made.named(member) != null;
    }

    @ExportMessage
    @TruffleBoundary
    Object readMember(String member) throws UnknownIdentifierException {
        Object function = made.named(member);
        if (function == null) {
            throw UnknownIdentifierException.create(member);
        }
        return function;
    }
}
