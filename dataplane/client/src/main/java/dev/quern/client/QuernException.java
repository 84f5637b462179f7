package dev.quern.client;

import dev.quern.protocol.Status;

/**
 * What went wrong with a request. Its subclasses say what to do about it; {@link #status()} has the protocol's code where the server
 * answered with one ({@link Status}).
 */
public class QuernException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String message;
    private final int status;

    QuernException(String message, int status) {
        super(message);
        this.message = message;
        this.status = status;
    }

    @Override
    public String getMessage() {
        return message;
    }

    /** The code that the server answered with, from {@link Status}; {@link Status#OK} when it was not the server who said so. */
    public int status() {
        return status;
    }

    /** Makes the exception for a server's answer. */
    static QuernException of(int status, String request, String serverMessage) {
        String message = request + ": " + Status.name(status) + ": "
                + (serverMessage.isEmpty() ? Status.describe(status) : serverMessage);
        return switch (status) {
            case Status.REFUSED -> new Refused(message, status);
            case Status.OVER_QUOTA, Status.FUNCTION_OVER_QUOTA -> new OverQuota(message, status);
            case Status.CONFLICT, Status.FUNCTION_CONFLICT -> new Conflict(message, status);
            case Status.FUNCTION_TRAPPED -> new FunctionTrapped(message, status);
            case Status.FUNCTION_REFUSED -> new FunctionRefused(message, status);
            case Status.UNKNOWN_FUNCTION -> new UnknownFunction(message, status);
            case Status.DEADLINE -> new DeadlineExceeded(message, status);
            case Status.BUSY, Status.DRAINING, Status.FUNCTION_PAUSED -> new Busy(message, status);
            case Status.BAD_REQUEST,
                    Status.UNKNOWN_OPCODE,
                    Status.BAD_KEY,
                    Status.TOO_LARGE,
                    Status.NOT_A_NUMBER,
                    Status.OVERFLOW,
                    Status.READ_ONLY -> new BadRequest(message, status);
            default -> new QuernException(message, status);
        };
    }

    /** No answer in time. A write or an invocation may have happened, or may happen yet. */
    public static final class Timeout extends QuernException {
        private static final long serialVersionUID = 1;

        Timeout(String message) {
            super(message, Status.OK);
        }
    }

    /** The server did not open a session: tenant or secret is wrong. Don't retry. */
    public static final class Refused extends QuernException {
        private static final long serialVersionUID = 1;

        Refused(String message, int status) {
            super(message, status);
        }
    }

    /** The tenant's memory is used up; nothing was written. Delete something or raise the quota, then retry. */
    public static final class OverQuota extends QuernException {
        private static final long serialVersionUID = 1;

        OverQuota(String message, int status) {
            super(message, status);
        }
    }

    /** Others wrote at the same time; nothing was written. Retry. */
    public static final class Conflict extends QuernException {
        private static final long serialVersionUID = 1;

        Conflict(String message, int status) {
            super(message, status);
        }
    }

    /** A function returned a code other than 0. Nothing was written. */
    public static final class FunctionFailed extends QuernException {
        private static final long serialVersionUID = 1;

        private final int code;

        @SuppressWarnings("serial")
        private final byte[] reply;

        FunctionFailed(String message, int code, byte[] reply) {
            super(message, Status.FUNCTION_FAILED);
            this.code = code;
            this.reply = reply;
        }

        /** What the function returned. */
        public int code() {
            return code;
        }

        /** What the function replied before it returned; empty when nothing. */
        public byte[] reply() {
            return reply.clone();
        }
    }

    /** A function trapped: a fault in it. Nothing was written. */
    public static final class FunctionTrapped extends QuernException {
        private static final long serialVersionUID = 1;

        FunctionTrapped(String message, int status) {
            super(message, status);
        }
    }

    /** A module was not deployed; the message says what to change in it. */
    public static final class FunctionRefused extends QuernException {
        private static final long serialVersionUID = 1;

        FunctionRefused(String message, int status) {
            super(message, status);
        }
    }

    /** No function of this name is deployed in the tenant, or it has no such entry. */
    public static final class UnknownFunction extends QuernException {
        private static final long serialVersionUID = 1;

        UnknownFunction(String message, int status) {
            super(message, status);
        }
    }

    /** The server gave up on the request at its deadline. Nothing was written. Retry with more time. */
    public static final class DeadlineExceeded extends QuernException {
        private static final long serialVersionUID = 1;

        DeadlineExceeded(String message, int status) {
            super(message, status);
        }
    }

    /** The request cannot be served as it stands. Don't retry. */
    public static final class BadRequest extends QuernException {
        private static final long serialVersionUID = 1;

        BadRequest(String message, int status) {
            super(message, status);
        }
    }

    /** No room for the request just now, or the server is shutting down, or the function is paused; nothing was done. Retry later. */
    public static final class Busy extends QuernException {
        private static final long serialVersionUID = 1;

        Busy(String message, int status) {
            super(message, status);
        }
    }

    /** The session ended while a write or an invocation was outstanding: it happened once or not at all. Look before you retry. */
    public static final class OutcomeUnknown extends QuernException {
        private static final long serialVersionUID = 1;

        OutcomeUnknown(String message) {
            super(message, Status.UNKNOWN_SESSION);
        }
    }

    /** The client is closed, or was closed while the request was outstanding, whose outcome is then unknown. */
    public static final class Closed extends QuernException {
        private static final long serialVersionUID = 1;

        Closed(String message) {
            super(message, Status.OK);
        }
    }
}
