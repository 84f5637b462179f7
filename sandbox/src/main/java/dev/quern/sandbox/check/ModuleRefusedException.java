package dev.quern.sandbox.check;

/** A module that fails a check; the message says what to change. */
public final class ModuleRefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    public ModuleRefusedException(String message) {
        super(message);
    }
}
