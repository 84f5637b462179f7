package dev.quern.client;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A part of a range, in its order.
 *
 * @param entries the records; a value is null where none was asked for
 * @param rest the range that the next step is to ask for; null when this was the last
 */
public record RangePage(
        List<ScanPage.Entry> entries, @Nullable KeyRange rest) {
    /** Whether this was the last step. */
    public boolean done() {
        return rest == null;
    }
}
