package dev.quern.server.roles;

/**
 * What a placement is decided by beside the function's cost: how things stand at each place now. Filled anew for each decision; fields are
 * plain, as this is scratch of the core that decides. Waits are in nanoseconds.
 */
public final class PlaceState {
    /** Arguments and reply, in bytes. */
    public int messageBytes;

    /** Requests that come to this core in a second: those wait behind what runs inline. */
    public double requestsPerSecond;

    /**
     * How long the oldest request of this core has waited, or the oldest invocation in its own queue if that is longer: what is to run here
     * comes after both.
     */
    public long inlineWaitNs;

    /** How long calls of this function have waited here lately before they ran; negative when none ran lately. */
    public long recentWaitNs = -1;

    /** How long the call takes as a rule that any moment finds running here; 0 when nothing has run. */
    public double foundRunningNs;

    /** How many calls of this function went back to clients since one ran here. */
    public int sentBackInRow;

    /** For how long no more than a few of them have gone back. */
    public long fewSentBackNs;

    /** Whether this core may lose CPU time to calls that it sends back. */
    public boolean mayLose = true;

    /** Set by the decision to send a call back: what that costs this core beyond what to run it would have. */
    public long lossNs;

    /** What a message costs this core, in nanoseconds, as it was measured lately; 0 as long as that is assumed. */
    public double messageNs;

    /** Whether the last function here was the same tenant's. */
    public boolean isContextEntered;

    /** Whether there are cores for all tenants' functions, and the wait at the one that would be taken. */
    public boolean hasFunctionCore;

    public long functionWaitNs;

    /** Whether the tenant has a core to itself, and the wait there. */
    public boolean hasDedicatedCore;

    public long dedicatedWaitNs;

    /** Whether the client of this invocation runs functions that it is sent back, and how long a message takes to it and back. */
    public boolean clientRuns;

    public long roundTripNs;

    /** What that client has measured of its own calls. */
    public final ClientFigures client = new ClientFigures();

    /** When the invocation's deadline is, from now. */
    public long leftNs = Long.MAX_VALUE;

    /** For a new decision. */
    public PlaceState() {}

    /**
     * How long a call of this function has to wait, whether here or on a core for functions: as those that ran here lately, else as long as what waits here
     * has waited at the most.
     */
    long waitHereNs() {
        long ownNs = recentWaitNs >= 0 ? recentWaitNs : inlineWaitNs;
        return hasFunctionCore ? Math.min(ownNs, functionWaitNs) : ownNs;
    }
}
