package dev.quern.pushback;

/** Ends a run whose module is no longer the one deployed. Carries no stack trace. */
final class ModuleReplacedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ModuleReplacedException() {
        super("another module was deployed", null, false, false);
    }
}
