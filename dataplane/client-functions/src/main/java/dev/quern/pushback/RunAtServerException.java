package dev.quern.pushback;

/** Ends a run that cannot be done here, of which nothing was committed. Carries no stack trace. */
final class RunAtServerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    RunAtServerException(String why) {
        super(why, null, false, false);
    }
}
