package dev.quern.kvstore;

/** What an operation came to: 0 or above is good, below is expected trouble. The codes are frozen. */
public final class StoreStatus {
    public static final int OK = 0;

    /** No such record, or its time is over. */
    public static final int NOT_FOUND = -1;

    /** There is a record already, and the write wanted none. */
    public static final int EXISTS = -2;

    /** Another write came first: read again, then try again. */
    public static final int CONFLICT = -3;

    /** The tenant's memory is used up: delete something, or raise its quota. */
    public static final int OVER_QUOTA = -4;

    /** A key or value beyond {@link Limits}. */
    public static final int TOO_LARGE = -5;

    /** An increment of a value that is no decimal number. */
    public static final int NOT_A_NUMBER = -6;

    /** An increment past 64 bits. */
    public static final int OVERFLOW = -7;

    /** A write where only reads are allowed. */
    public static final int READ_ONLY = -8;

    /** A key without bytes. */
    public static final int BAD_KEY = -9;

    /** A transaction that reads or writes more than {@link Limits} allows. */
    public static final int TRANSACTION_TOO_LARGE = -10;

    private StoreStatus() {}

    /** One sentence for people. */
    public static String describe(int status) {
        return switch (status) {
            case OK -> "ok";
            case NOT_FOUND -> "no such record";
            case EXISTS -> "the record exists already";
            case CONFLICT -> "another write came first; read again and retry";
            case OVER_QUOTA -> "the tenant's memory quota is used up; delete records or raise the quota";
            case TOO_LARGE ->
                "keys are at most " + Limits.KEY_BYTES_MAX + " bytes and values at most " + Limits.VALUE_BYTES_MAX;
            case NOT_A_NUMBER -> "the value is not a decimal number of 64 bits";
            case OVERFLOW -> "the increment leaves the range of 64 bits";
            case READ_ONLY -> "writes are not allowed here";
            case BAD_KEY -> "keys hold at least one byte";
            case TRANSACTION_TOO_LARGE ->
                "a transaction reads at most " + Limits.TRANSACTION_READS_MAX + " and writes at most "
                        + Limits.TRANSACTION_WRITES_MAX + " records; split it";
            default -> "status " + status;
        };
    }
}
