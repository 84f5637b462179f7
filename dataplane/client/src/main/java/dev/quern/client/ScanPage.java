package dev.quern.client;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One step of a scan.
 *
 * @param cursor for the next step; 0 when this was the last
 * @param entries possibly none, also before the last step
 */
public record ScanPage(long cursor, List<Entry> entries) {
    /**
     * A record that the scan met.
     *
     * @param value null when the scan did not ask for values, or where several of the greatest length met in one step: get it by its key
     */
    @SuppressWarnings("ArrayRecordComponent") // keys and values are bytes
    public record Entry(byte[] key, byte @Nullable [] value) {}

    /** Whether this was the last step. */
    public boolean done() {
        return cursor == 0;
    }
}
