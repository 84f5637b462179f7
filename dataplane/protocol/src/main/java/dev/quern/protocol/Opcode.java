package dev.quern.protocol;

/** What a message asks for or answers. The codes are frozen: {@code OpcodeTest} and {@code docs/protocol.md} name each. */
public final class Opcode {
    public static final int HELLO = 1;
    public static final int CHALLENGE = 2;
    public static final int OPEN = 3;
    public static final int OPENED = 4;
    public static final int REFUSED = 5;
    public static final int CLOSE = 6;
    public static final int PING = 7;
    public static final int STATS = 8;
    public static final int PART = 9;
    public static final int FETCH = 10;
    public static final int ROLE = 11;

    public static final int GET = 16;
    public static final int PUT = 17;
    public static final int DELETE = 18;
    public static final int COMPARE_AND_SET = 19;
    public static final int INCREMENT = 20;
    public static final int EXPIRE = 21;
    public static final int TIME_TO_LIVE = 22;
    public static final int MULTI_GET = 23;
    public static final int SCAN = 24;
    public static final int MULTI = 25;
    /** Only inside a {@link #MULTI}. */
    public static final int CHECK = 26;

    public static final int RANGE = 27;
    /** Only inside a {@link #MULTI}. */
    public static final int CHECK_RANGE = 28;

    public static final int TABLE_OPEN = 32;

    public static final int INVOKE = 48;
    public static final int DEPLOY = 49;
    public static final int FUNCTION_LIST = 50;
    public static final int FUNCTION_DESCRIBE = 51;
    public static final int FUNCTION_REMOVE = 52;
    public static final int FUNCTION_PAUSE = 53;
    public static final int FUNCTION_RESUME = 54;
    public static final int FUNCTION_LOG = 55;
    public static final int FUNCTION_FETCH = 56;
    public static final int INVOKE_ALL = 57;

    /** Codes are below this. */
    public static final int CODES = 64;

    private Opcode() {}

    /** For messages and logs; {@code "opcode 77"} for a code that is none of ours. */
    public static String name(int opcode) {
        return switch (opcode) {
            case HELLO -> "HELLO";
            case CHALLENGE -> "CHALLENGE";
            case OPEN -> "OPEN";
            case OPENED -> "OPENED";
            case REFUSED -> "REFUSED";
            case CLOSE -> "CLOSE";
            case PING -> "PING";
            case STATS -> "STATS";
            case PART -> "PART";
            case FETCH -> "FETCH";
            case ROLE -> "ROLE";
            case GET -> "GET";
            case PUT -> "PUT";
            case DELETE -> "DELETE";
            case COMPARE_AND_SET -> "COMPARE_AND_SET";
            case INCREMENT -> "INCREMENT";
            case EXPIRE -> "EXPIRE";
            case TIME_TO_LIVE -> "TIME_TO_LIVE";
            case MULTI_GET -> "MULTI_GET";
            case SCAN -> "SCAN";
            case MULTI -> "MULTI";
            case CHECK -> "CHECK";
            case RANGE -> "RANGE";
            case CHECK_RANGE -> "CHECK_RANGE";
            case TABLE_OPEN -> "TABLE_OPEN";
            case INVOKE -> "INVOKE";
            case DEPLOY -> "DEPLOY";
            case FUNCTION_LIST -> "FUNCTION_LIST";
            case FUNCTION_DESCRIBE -> "FUNCTION_DESCRIBE";
            case FUNCTION_REMOVE -> "FUNCTION_REMOVE";
            case FUNCTION_PAUSE -> "FUNCTION_PAUSE";
            case FUNCTION_RESUME -> "FUNCTION_RESUME";
            case FUNCTION_LOG -> "FUNCTION_LOG";
            case FUNCTION_FETCH -> "FUNCTION_FETCH";
            case INVOKE_ALL -> "INVOKE_ALL";
            default -> "opcode " + opcode;
        };
    }

    /** Whether a client sends it in an open session, with a sequence of its own, and may send it in parts. */
    public static boolean isRequest(int opcode) {
        return switch (opcode) {
            case CLOSE,
                    PING,
                    STATS,
                    ROLE,
                    GET,
                    PUT,
                    DELETE,
                    COMPARE_AND_SET,
                    INCREMENT,
                    EXPIRE,
                    TIME_TO_LIVE,
                    MULTI_GET,
                    SCAN,
                    MULTI,
                    RANGE,
                    TABLE_OPEN,
                    INVOKE,
                    DEPLOY,
                    FUNCTION_LIST,
                    FUNCTION_DESCRIBE,
                    FUNCTION_REMOVE,
                    FUNCTION_PAUSE,
                    FUNCTION_RESUME,
                    FUNCTION_LOG,
                    FUNCTION_FETCH,
                    INVOKE_ALL -> true;
            default -> false;
        };
    }

    /**
     * Whether doing it twice differs from doing it once, so that the server must keep its outcome for the window. An {@link #INVOKE}
     * or {@link #INVOKE_ALL} counts as one whatever its flags say.
     */
    public static boolean isKept(int opcode) {
        return switch (opcode) {
            case ROLE,
                    PUT,
                    DELETE,
                    COMPARE_AND_SET,
                    INCREMENT,
                    EXPIRE,
                    MULTI,
                    INVOKE,
                    INVOKE_ALL,
                    DEPLOY,
                    FUNCTION_REMOVE,
                    FUNCTION_PAUSE,
                    FUNCTION_RESUME -> true;
            default -> false;
        };
    }
}
