package dev.quern.kvstore;

/**
 * A table's counts, summed over the cores; each may be a moment old.
 *
 * @param records that are there, expired ones included until they are swept
 * @param liveBytes of their headers, keys and values
 * @param blockBytes of the blocks that these lie in
 * @param indexBytes of the index; with the blocks, what the table is charged
 * @param hits finds that found
 * @param misses finds that did not
 * @param expiries records that were taken away because their time was over
 * @param evictions records that were taken away to make room
 * @param conflicts transactions that another one beat
 */
public record TableStats(
        long records,
        long liveBytes,
        long blockBytes,
        long indexBytes,
        long hits,
        long misses,
        long expiries,
        long evictions,
        long conflicts) {}
