package dev.quern.server.roles;

/**
 * What calls of a function have taken lately at the client that offers to run the next one, as that client says. It prices that client's own
 * calls and nobody else's, within what the function can need at the least. Mutable, and allocates nothing. Thread: one.
 */
public final class ClientFigures {
    /** Records that a client can ask for in one round trip. */
    private static final int RECORDS_PER_TRIP = 32;

    private long tookNs;
    private int roundTrips;
    private int records;
    private boolean isOffer;

    /** A client that has run none yet. */
    public ClientFigures() {}

    /** It has measured nothing. */
    public void clear() {
        set(0, 0, 0);
    }

    /** Its means: time from when a call came back to its commit, waits for the server, records read. */
    public void set(long itsTookNs, int itsRoundTrips, int itsRecords) {
        tookNs = itsTookNs;
        roundTrips = itsRoundTrips;
        records = itsRecords;
    }

    /** Keeps what came with an offer. */
    public void offered(ClientFigures other) {
        set(other.tookNs, other.roundTrips, other.records);
        isOffer = true;
    }

    /** Whether {@link #offered} was called. */
    public boolean isOffer() {
        return isOffer;
    }

    public boolean isMeasured() {
        return tookNs > 0;
    }

    /** How long a call takes there, in nanoseconds; 0 when that was not measured. */
    public long tookNs() {
        return tookNs;
    }

    /** Messages that a call's reads take, of a function that touches so many records here. */
    double messages(double recordsHere) {
        return isMeasured() ? Math.max(roundTrips, leastMessages(recordsHere)) : recordsHere;
    }

    /** Messages that so many records take at the least. */
    static double leastMessages(double recordsHere) {
        return recordsHere / RECORDS_PER_TRIP;
    }

    /** Records that are looked at for a call. */
    double records(double recordsHere) {
        return Math.max(records, recordsHere);
    }

    /** In words. */
    public String describe() {
        return "a client measured " + tookNs / 1_000 + " us, " + records + " records in " + roundTrips + " round trips";
    }
}
