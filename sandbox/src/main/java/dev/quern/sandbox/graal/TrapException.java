package dev.quern.sandbox.graal;

import com.oracle.truffle.api.exception.AbstractTruffleException;
import dev.quern.sandbox.guest.GuestTrap;
import dev.quern.sandbox.guest.StoreCalls;

/** Carries a {@link GuestTrap} through guest frames: Truffle unwinds its own kind of exception only. */
@SuppressWarnings("serial")
public final class TrapException extends AbstractTruffleException {
    private static final long serialVersionUID = 1L;

    /** Keeps the trap in {@code calls}, from where the core takes it once the guest is unwound. */
    public TrapException(StoreCalls calls, GuestTrap trap) {
        super(trap.getMessage(), null, 0, null);
        calls.keepTrap(trap);
    }
}
