package dev.quern.kvstore;

/**
 * What a tenant's memory is used for, in bytes; each figure may be a moment old.
 *
 * @param quota the most that may be charged
 * @param charged blocks in use, indexes, and credit; never above the quota
 * @param index of the tables' indexes; charged but for the first 4 KiB of each
 * @param blocks of that, sizes of the blocks in use, those included that wait until no core reads them
 * @param records how much of the blocks was asked for: headers, keys with their padding, and values
 * @param credit of what is charged, drawn by cores in advance and not spent
 * @param cached in free blocks that cores keep for their next allocations; not charged
 * @param resident in pages that hold memory for records, or will once they are touched, the free ones included that will be given back
 * @param residentMax the most that {@code resident} can be
 */
public record MemoryUse(
        long quota,
        long charged,
        long index,
        long blocks,
        long records,
        long credit,
        long cached,
        long resident,
        long residentMax) {
    /** The part of the blocks in use that nobody asked for: what size classes waste. From 0 to 1. */
    public double internalFragmentation() {
        return blocks <= 0 ? 0 : Math.clamp(1 - (double) records / blocks, 0.0, 1.0);
    }

    /** The part of the resident pages that is not in blocks in use: half-empty slabs, free pages, caches. From 0 to 1. */
    public double externalFragmentation() {
        return resident <= 0 ? 0 : Math.clamp(1 - (double) blocks / resident, 0.0, 1.0);
    }
}
