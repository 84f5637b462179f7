package dev.quern.sandbox;

/** A module or manifest that is not taken; the message says what to change. Nothing of it stays behind. */
public final class FunctionRefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    public FunctionRefusedException(String message) {
        super(message);
    }

    public FunctionRefusedException(String message, Throwable cause) {
        super(message, cause);
    }

    /** Never null. */
    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
