package dev.quern.bench.workload;

/** A server answered what it must not: no figure of the run counts. */
public final class WrongAnswerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public WrongAnswerException(String message) {
        super(message);
    }
}
