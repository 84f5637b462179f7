package dev.quern.sandbox.graal;

import com.oracle.truffle.api.interop.InteropLibrary;
import com.oracle.truffle.api.interop.TruffleObject;
import com.oracle.truffle.api.library.ExportLibrary;
import com.oracle.truffle.api.library.ExportMessage;
import org.jspecify.annotations.Nullable;

/** Keeps the first thing that it is called with: how an object of the guest's is had as Truffle knows it. */
@ExportLibrary(InteropLibrary.class)
final class Taken implements TruffleObject {
    @Nullable
    Object object;

    @ExportMessage
    boolean isExecutable() {
        return true;
    }

    @ExportMessage
    Object execute(Object[] arguments) {
        object = arguments[0];
        return this;
    }
}
