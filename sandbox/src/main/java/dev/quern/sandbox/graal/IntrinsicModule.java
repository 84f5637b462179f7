package dev.quern.sandbox.graal;

import com.oracle.truffle.api.CompilerDirectives.TruffleBoundary;
import com.oracle.truffle.api.interop.InteropLibrary;
import com.oracle.truffle.api.interop.TruffleObject;
import com.oracle.truffle.api.interop.UnknownIdentifierException;
import com.oracle.truffle.api.library.ExportLibrary;
import com.oracle.truffle.api.library.ExportMessage;
import dev.quern.sandbox.guest.Intrinsic;
import dev.quern.sandbox.guest.StoreCalls;
import dev.quern.sandbox.guest.WindowedMemory;
import java.util.Arrays;

/** The intrinsics, to import from: made when they are asked for, as an instance keeps what it imports. */
@ExportLibrary(InteropLibrary.class)
final class IntrinsicModule implements TruffleObject {
    private final StoreCalls calls;
    private final WindowedMemory memory;

    IntrinsicModule(StoreCalls calls, WindowedMemory memory) {
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
                Arrays.stream(Intrinsic.values()).map(Intrinsic::importName).toArray(String[]::new));
    }

    @ExportMessage
    @TruffleBoundary
    boolean isMemberReadable(String member) {
        return Intrinsic.named(member) != null;
    }

    @ExportMessage
    @TruffleBoundary
    Object readMember(String member) throws UnknownIdentifierException {
        Intrinsic intrinsic = Intrinsic.named(member);
        if (intrinsic == null) {
            throw UnknownIdentifierException.create(member);
        }
        return new IntrinsicObject(intrinsic, calls, memory);
    }
}
