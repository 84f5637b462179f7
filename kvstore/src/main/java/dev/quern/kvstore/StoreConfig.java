package dev.quern.kvstore;

import java.security.SecureRandom;

/**
 * What a store is opened with.
 *
 * @param coresMax how many cores may be attached at a time, up to {@link Limits#CORES_MAX}
 * @param hashSeed of the indexes' hash; keep it secret where keys come from strangers
 * @param poisonsReclaimed whether reclaimed memory is overwritten, so that tests see who still reads it; slow
 * @param hugePages whether tenants' memory past their first 2 MiB, and hash indexes as large as that, are to lie on huge pages: reads of
 *     much memory are faster then, and memory is taken from the system and given back by 2 MiB
 */
public record StoreConfig(int coresMax, long hashSeed, boolean poisonsReclaimed, boolean hugePages) {
    private static final int CORES_DEFAULT = 64;

    public StoreConfig {
        if (coresMax < 1 || coresMax > Limits.CORES_MAX) {
            throw new StoreException("coresMax is " + coresMax + "; choose from 1 to " + Limits.CORES_MAX);
        }
    }

    /** On huge pages. */
    public StoreConfig(int coresMax, long hashSeed, boolean poisonsReclaimed) {
        this(coresMax, hashSeed, poisonsReclaimed, true);
    }

    public StoreConfig withCoresMax(int newCoresMax) {
        return new StoreConfig(newCoresMax, hashSeed, poisonsReclaimed, hugePages);
    }

    public StoreConfig withHugePages(boolean newHugePages) {
        return new StoreConfig(coresMax, hashSeed, poisonsReclaimed, newHugePages);
    }

    /** 64 cores, huge pages, and a seed that nobody knows. */
    public static StoreConfig defaults() {
        return new StoreConfig(CORES_DEFAULT, new SecureRandom().nextLong(), false);
    }
}
