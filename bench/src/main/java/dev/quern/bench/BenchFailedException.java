package dev.quern.bench;

/** The run itself failed: a wrong result, a missing peer, a process that ended early. The message says what to do. */
public class BenchFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public BenchFailedException(String message) {
        super(message);
    }

    public BenchFailedException(String message, Throwable cause) {
        super(message, cause);
    }
}
