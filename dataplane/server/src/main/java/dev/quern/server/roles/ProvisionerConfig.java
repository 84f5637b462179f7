package dev.quern.server.roles;

/**
 * When the provisioner moves. Two bounds that belong together leave a gap between them: what one moves, the other does not move back.
 *
 * @param servingDelayNs a request that has waited longer says that the serving cores are short
 * @param functionDelayNs an invocation queued for longer says that the function cores are short
 * @param evidenceNs for how long the looks that say so must span: as many looks in a row as it takes
 * @param standsNs a serving core whose present function has run for longer is given no lanes, and a core that ran functions is not called
 *     to serve in the midst of one that has run for ten times as long: what is not short would wait for its end
 * @param growShare how busy serving cores must be, on average, to get another one
 * @param shrinkShare how busy they may be afterwards when one is taken away; below {@code growShare}
 * @param inlineShare how much time of the serving cores functions must take, in cores, to get a core of their own
 * @param idleShare how little time all functions take, in cores, when cores go home; below {@code inlineShare}
 * @param dedicateShare how much of a core more than it has to itself a tenant must keep busy to get one
 * @param stayNs how long a core keeps a role at the least
 * @param idleNs how long functions must have been idle before their cores go home
 * @param dedicateNs how long a tenant must have been busy before it gets a core
 * @param evenNs how long after one lane moved between serving cores the next one may
 * @param regretNs for how long at first a split that proved too small is not tried again under the same load; doubles each time
 * @param regretMaxNs what that doubles up to
 */
public record ProvisionerConfig(
        long servingDelayNs,
        long functionDelayNs,
        long evidenceNs,
        long standsNs,
        double growShare,
        double shrinkShare,
        double inlineShare,
        double idleShare,
        double dedicateShare,
        long stayNs,
        long idleNs,
        long dedicateNs,
        long evenNs,
        long regretNs,
        long regretMaxNs) {
    private static final long MS = 1_000_000;

    /**
     * For a look each quarter of a millisecond, of which two in a row must say the same, or each millisecond. A get takes half a microsecond, so one that has waited for
     * 200 µs stands behind hundreds; functions may wait a little longer, as they run longer. At three quarters a queue's mean wait is three services', and grows steeply from there.
     */
    public static final ProvisionerConfig DEFAULT = new ProvisionerConfig(
            MS / 5,
            MS / 2,
            MS * 2 / 5,
            MS / 5,
            0.75,
            0.65,
            0.2,
            0.05,
            0.8,
            2 * MS,
            20 * MS,
            5 * MS,
            20 * MS,
            50 * MS,
            10_000 * MS);

    public ProvisionerConfig {
        if (!(shrinkShare < growShare && growShare < 1 && idleShare < inlineShare)) {
            throw new IllegalArgumentException("bounds that overlap move cores to and fro: shrinkShare=" + shrinkShare
                    + ", growShare=" + growShare + ", idleShare=" + idleShare + ", inlineShare=" + inlineShare);
        }
        if (servingDelayNs < 1
                || functionDelayNs < 1
                || evidenceNs < 0
                || standsNs < 1
                || stayNs < 0
                || regretNs < 1
                || regretMaxNs < regretNs) {
            throw new IllegalArgumentException("times are positive: servingDelayNs=" + servingDelayNs
                    + ", functionDelayNs=" + functionDelayNs + ", standsNs=" + standsNs + ", stayNs=" + stayNs
                    + ", regretNs=" + regretNs + ", regretMaxNs=" + regretMaxNs);
        }
    }
}
