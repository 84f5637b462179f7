package dev.quern.protocol;

/**
 * How a request ended. Zero is good, everything else negative. −1 … −9 are the store's codes and −20 … −29 the functions', passed on
 * unchanged; −40 and below are the protocol's own. The codes are frozen: {@code StatusTest} and {@code docs/protocol.md} name each.
 */
public final class Status {
    public static final int OK = 0;

    public static final int NOT_FOUND = -1;
    public static final int EXISTS = -2;
    public static final int CONFLICT = -3;
    public static final int OVER_QUOTA = -4;
    public static final int TOO_LARGE = -5;
    public static final int NOT_A_NUMBER = -6;
    public static final int OVERFLOW = -7;
    public static final int READ_ONLY = -8;
    public static final int BAD_KEY = -9;

    public static final int FUNCTION_FAILED = -20;
    public static final int FUNCTION_TRAPPED = -21;
    public static final int DEADLINE = -22;
    public static final int FUNCTION_CONFLICT = -23;
    public static final int FUNCTION_OVER_QUOTA = -24;
    public static final int REPLY_TOO_LARGE = -25;
    public static final int FUNCTION_READ_ONLY = -26;
    public static final int FUNCTION_KILLED = -27;
    public static final int FUNCTION_UNAVAILABLE = -28;
    public static final int FUNCTION_PAUSED = -29;

    public static final int BAD_REQUEST = -40;
    public static final int UNKNOWN_OPCODE = -41;
    public static final int UNKNOWN_SESSION = -42;
    public static final int REFUSED = -43;
    public static final int BUSY = -44;
    /** The reply, or the rest of it, is gone. A request whose opcode {@link Opcode#isKept} was executed. */
    public static final int NOT_KEPT = -45;

    public static final int UNKNOWN_TABLE = -46;
    public static final int UNKNOWN_FUNCTION = -47;
    public static final int FUNCTION_REFUSED = -48;
    public static final int INTERNAL = -49;
    public static final int DRAINING = -50;

    /** Not done: the client, which said that it can, is to run the function itself. */
    public static final int PUSHED_BACK = -51;

    private Status() {}

    /**
     * Whether a reply with this status has its opcode's body, or, with {@link #PUSHED_BACK}, a {@link PushbackLayout}. With any other, the body is a message in UTF-8, possibly empty, of up
     * to {@link Limits#ERROR_BYTES_MAX} bytes.
     */
    public static boolean hasBody(int status) {
        return status == OK || status == FUNCTION_FAILED || status == PUSHED_BACK;
    }

    /** The constant's name; {@code "status -99"} for a code that is none of ours. */
    public static String name(int status) {
        return switch (status) {
            case OK -> "OK";
            case NOT_FOUND -> "NOT_FOUND";
            case EXISTS -> "EXISTS";
            case CONFLICT -> "CONFLICT";
            case OVER_QUOTA -> "OVER_QUOTA";
            case TOO_LARGE -> "TOO_LARGE";
            case NOT_A_NUMBER -> "NOT_A_NUMBER";
            case OVERFLOW -> "OVERFLOW";
            case READ_ONLY -> "READ_ONLY";
            case BAD_KEY -> "BAD_KEY";
            case FUNCTION_FAILED -> "FUNCTION_FAILED";
            case FUNCTION_TRAPPED -> "FUNCTION_TRAPPED";
            case DEADLINE -> "DEADLINE";
            case FUNCTION_CONFLICT -> "FUNCTION_CONFLICT";
            case FUNCTION_OVER_QUOTA -> "FUNCTION_OVER_QUOTA";
            case REPLY_TOO_LARGE -> "REPLY_TOO_LARGE";
            case FUNCTION_READ_ONLY -> "FUNCTION_READ_ONLY";
            case FUNCTION_KILLED -> "FUNCTION_KILLED";
            case FUNCTION_UNAVAILABLE -> "FUNCTION_UNAVAILABLE";
            case FUNCTION_PAUSED -> "FUNCTION_PAUSED";
            case BAD_REQUEST -> "BAD_REQUEST";
            case UNKNOWN_OPCODE -> "UNKNOWN_OPCODE";
            case UNKNOWN_SESSION -> "UNKNOWN_SESSION";
            case REFUSED -> "REFUSED";
            case BUSY -> "BUSY";
            case NOT_KEPT -> "NOT_KEPT";
            case UNKNOWN_TABLE -> "UNKNOWN_TABLE";
            case UNKNOWN_FUNCTION -> "UNKNOWN_FUNCTION";
            case FUNCTION_REFUSED -> "FUNCTION_REFUSED";
            case INTERNAL -> "INTERNAL";
            case DRAINING -> "DRAINING";
            case PUSHED_BACK -> "PUSHED_BACK";
            default -> "status " + status;
        };
    }

    /** One sentence for whoever reads the error: what happened and what to change. */
    public static String describe(int status) {
        return switch (status) {
            case OK -> "done";
            case NOT_FOUND -> "no such record, or it has expired";
            case EXISTS -> "the record is there already and the write asked that it be absent";
            case CONFLICT -> "the record has another version than the one expected: read it again and retry";
            case OVER_QUOTA -> "the tenant's memory quota is used up: delete records or raise the quota";
            case TOO_LARGE ->
                "key, value or reply is longer than the limit: keys take " + Limits.KEY_BYTES_MAX + " bytes, values "
                        + Limits.VALUE_BYTES_MAX;
            case NOT_A_NUMBER -> "the value is no decimal 64-bit integer: increment only counters";
            case OVERFLOW -> "the increment leaves the range of a signed 64-bit integer";
            case READ_ONLY -> "a write came through a read-only request";
            case BAD_KEY -> "keys are 1 to " + Limits.KEY_BYTES_MAX + " bytes long";
            case FUNCTION_FAILED -> "the function returned a code other than 0; its reply says more, if it wrote one";
            case FUNCTION_TRAPPED -> "the function trapped; none of its writes were applied";
            case DEADLINE -> "the deadline passed; nothing was applied: allow more time or do less in one request";
            case FUNCTION_CONFLICT -> "the function kept colliding with other writers; nothing was applied: retry";
            case FUNCTION_OVER_QUOTA ->
                "the function's writes exceed the tenant's memory quota; nothing was applied: delete records or raise"
                        + " the quota";
            case REPLY_TOO_LARGE ->
                "the function's reply is longer than the limit; nothing was applied: reply with less";
            case FUNCTION_READ_ONLY ->
                "the function wrote although it was deployed or invoked read-only; nothing was applied";
            case FUNCTION_KILLED -> "the function was ended by an operator; nothing was applied";
            case FUNCTION_UNAVAILABLE -> "the function cannot run on this server just now: see the server's log";
            case FUNCTION_PAUSED -> "the function is paused; nothing was applied: retry when it was resumed";
            case BAD_REQUEST -> "the request is malformed: client and server may be of different versions";
            case UNKNOWN_OPCODE -> "the server does not know this request: upgrade it";
            case UNKNOWN_SESSION -> "the server does not know this session: open a new one";
            case REFUSED -> "tenant or secret is wrong";
            case BUSY -> "the server has no room for this request just now: retry later";
            case NOT_KEPT ->
                "the server had no room to keep this reply: a write or an invocation was executed all the same, a read can"
                        + " be asked again";
            case UNKNOWN_TABLE -> "no table has this id: open the table by its name first";
            case UNKNOWN_FUNCTION -> "no function of this name is deployed in this tenant, or it has no such entry";
            case FUNCTION_REFUSED -> "the module was refused";
            case INTERNAL -> "the server failed on this request: see its log";
            case DRAINING -> "the server is shutting down and takes no new requests";
            case PUSHED_BACK -> "the server has the client run the function itself; nothing was done yet";
            default -> name(status);
        };
    }
}
