package dev.quern.bench.load;

import dev.quern.bench.BenchFailedException;

/** There is no server at the target; the message says where it was looked for. */
final class UnreachableException extends BenchFailedException {
    private static final long serialVersionUID = 1L;

    UnreachableException(String message, Throwable cause) {
        super(message, cause);
    }
}
