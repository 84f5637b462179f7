package dev.quern.kvstore.history;

import java.util.List;

/**
 * A transaction that committed, or a single operation that succeeded.
 *
 * @param name for people: core, number and kind
 * @param begin a tick of a clock that all cores share, taken before the operation began; no two are the same
 * @param end a tick taken after it returned
 */
public record Operation(String name, long begin, long end, List<Access> accesses) {
    @Override
    public String toString() {
        return name + " [" + begin + ", " + end + "] " + accesses;
    }
}
