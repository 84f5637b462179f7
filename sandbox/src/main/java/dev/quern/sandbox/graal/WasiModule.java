package dev.quern.sandbox.graal;

import com.oracle.truffle.api.CompilerDirectives.TruffleBoundary;
import com.oracle.truffle.api.interop.InteropLibrary;
import com.oracle.truffle.api.interop.TruffleObject;
import com.oracle.truffle.api.interop.UnknownIdentifierException;
import com.oracle.truffle.api.library.ExportLibrary;
import com.oracle.truffle.api.library.ExportMessage;
import dev.quern.sandbox.guest.StoreCalls;
import dev.quern.sandbox.guest.WasiImport;
import dev.quern.sandbox.guest.WindowedMemory;
import java.util.Arrays;

/** WASI, to import from: its functions are made when they are asked for, as most modules want none and the others few. */
@ExportLibrary(InteropLibrary.class)
final class WasiModule implements TruffleObject {
    private final StoreCalls calls;
    private final WindowedMemory memory;

    WasiModule(StoreCalls calls, WindowedMemory memory) {
        this.calls = calls;
        this.memory = memory;
    }

    @ExportMessage
    boolean hasMembers() {
        return true;
    }

    @ExportMessage
    @TruffleBoundary
    Object getMembers(@SuppressWarnings("unused") boolean includeInternal) {
        return new ImportObject.Names(
                Arrays.stream(WasiImport.values()).map(WasiImport::importName).toArray(String[]::new));
    }

    @ExportMessage
    @TruffleBoundary
    boolean isMemberReadable(String member) {
        return WasiImport.named(member) != null;
    }

    @ExportMessage
    @TruffleBoundary
    Object readMember(String member) throws UnknownIdentifierException {
        WasiImport wasi = WasiImport.named(member);
        if (wasi == null) {
            throw UnknownIdentifierException.create(member);
        }
        return new WasiObject(wasi, calls, memory);
    }
}
