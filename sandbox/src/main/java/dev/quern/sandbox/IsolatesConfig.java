package dev.quern.sandbox;

/**
 * How many isolates are kept.
 *
 * @param bytesMax what all cores' isolates may take together, about: past it, a core that makes one lets go of the one of its own that was
 *     used least recently
 * @param idleMs one that was not used for so long is let go
 * @param spares how many each core makes ahead, for whoever calls first
 */
public record IsolatesConfig(long bytesMax, int idleMs, int spares) {
    public IsolatesConfig {
        if (bytesMax < Limits.ISOLATES_BYTES_MIN || idleMs < 1 || spares < 0 || spares > Limits.ISOLATES_SPARE_MAX) {
            throw new IllegalArgumentException("bytesMax=" + bytesMax + ", idleMs=" + idleMs + ", spares=" + spares);
        }
    }

    public static IsolatesConfig defaults() {
        return new IsolatesConfig(
                Limits.ISOLATES_BYTES_DEFAULT, Limits.ISOLATE_IDLE_MS_DEFAULT, Limits.ISOLATES_SPARE_DEFAULT);
    }
}
