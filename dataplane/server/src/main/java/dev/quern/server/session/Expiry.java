package dev.quern.server.session;

import dev.quern.kvstore.Record;
import dev.quern.protocol.PutLayout;
import dev.quern.server.loop.Core;

/** When a record expires that was asked to live so long. */
final class Expiry {
    private Expiry() {}

    /** Unix milliseconds, or {@link Record#NO_EXPIRY}; a time to live of centuries is as good as none. */
    static long at(Core core, long ttlMs) {
        return ttlMs == PutLayout.TTL_NONE || ttlMs > Long.MAX_VALUE - core.nowMs()
                ? Record.NO_EXPIRY
                : core.nowMs() + ttlMs;
    }
}
