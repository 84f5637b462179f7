package dev.quern.sandbox.graal;

import com.oracle.truffle.api.CompilerDirectives.TruffleBoundary;
import com.oracle.truffle.api.interop.InteropLibrary;
import com.oracle.truffle.api.interop.TruffleObject;
import com.oracle.truffle.api.library.ExportLibrary;
import com.oracle.truffle.api.library.ExportMessage;
import dev.quern.sandbox.guest.GuestTrap;
import dev.quern.sandbox.guest.StoreCalls;
import dev.quern.sandbox.guest.WasiImport;
import dev.quern.sandbox.guest.WindowedMemory;

/** A function of WASI as the guest calls it: not GraalWasm's own, which could reach the host. */
@ExportLibrary(InteropLibrary.class)
final class WasiObject implements TruffleObject {
    private final WasiImport wasi;
    private final StoreCalls calls;
    private final WindowedMemory memory;

    WasiObject(WasiImport wasi, StoreCalls calls, WindowedMemory memory) {
        this.wasi = wasi;
        this.calls = calls;
        this.memory = memory;
    }

    @ExportMessage
    boolean isExecutable() {
        return true;
    }

    @ExportMessage
    @TruffleBoundary
    Object execute(Object[] arguments) {
        long[] numbers = new long[arguments.length];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = ((Number) arguments[i]).longValue();
        }
        try {
            return calls.wasi().call(memory, wasi, numbers);
        } catch (GuestTrap trap) {
            throw new TrapException(calls, trap);
        }
    }
}
