package dev.quern.bench.simulate;

/**
 * Who sends the load. One on the server's own processors sends what is due and takes replies in only when it looks, and takes time from the cores.
 *
 * @param lookNs from one look to the next; 0 for clients elsewhere, whose requests come and whose replies go at once
 * @param share of one processor, which it takes from a core that is idle, else from all in turns
 */
record SimulatedClient(long lookNs, double share) {
    /** On machines of their own. */
    static final SimulatedClient ELSEWHERE = new SimulatedClient(0, 0);

    boolean isHere() {
        return lookNs > 0;
    }

    /** When it sees a reply of that time. */
    long seesNs(long doneNs) {
        return lookNs == 0 ? doneNs : (doneNs + lookNs - 1) / lookNs * lookNs;
    }
}
