package dev.quern.sandbox.graal;

import com.oracle.truffle.api.CompilerDirectives.TruffleBoundary;
import com.oracle.truffle.api.interop.InteropLibrary;
import com.oracle.truffle.api.interop.TruffleObject;
import com.oracle.truffle.api.library.ExportLibrary;
import com.oracle.truffle.api.library.ExportMessage;
import dev.quern.sandbox.Limits;
import dev.quern.sandbox.guest.GuestTrap;
import dev.quern.sandbox.guest.Pace;
import dev.quern.sandbox.guest.StoreCalls;

/** What a guest calls when it ticks; as {@link IntrinsicObject}, but that a tick which is not yet a look is compiled into the guest. */
@ExportLibrary(InteropLibrary.class)
final class TickObject implements TruffleObject {
    /** What a tick is for. */
    enum Kind {
        TICK,
        LOOK,
        TOO_DEEP
    }

    private final StoreCalls calls;
    private final Pace pace;
    private final Kind kind;

    TickObject(StoreCalls calls, Kind kind) {
        this.calls = calls;
        pace = calls.pace();
        this.kind = kind;
    }

    @ExportMessage
    boolean isExecutable() {
        return true;
    }

    @ExportMessage
    Object execute(@SuppressWarnings("unused") Object[] arguments) {
        try {
            if (kind != Kind.TICK) {
                act();
            } else if (pace.isTimeToLook()) {
                look();
            }
        } catch (GuestTrap trap) {
            throw new TrapException(calls, trap);
        }
        return this;
    }

    @TruffleBoundary
    private void look() {
        calls.look();
    }

    @TruffleBoundary
    private void act() {
        if (kind == Kind.TOO_DEEP) {
            calls.tooDeep(Limits.STACK_DEPTH_MAX);
        } else {
            calls.look();
        }
    }
}
