package dev.quern.kvstore;

/** What a table does with a write for which its tenant's quota has no room. */
public enum WhenFull {
    /** The write comes to {@link StoreStatus#OVER_QUOTA}; no record goes that nobody deleted. */
    REFUSE,

    /** Records that are seldom asked for go, as in a cache. */
    EVICT
}
