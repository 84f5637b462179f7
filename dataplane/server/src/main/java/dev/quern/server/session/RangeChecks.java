package dev.quern.server.session;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.kvstore.RangeCursor;
import dev.quern.kvstore.RangeQuery;
import dev.quern.kvstore.Record;
import dev.quern.kvstore.Table;
import dev.quern.kvstore.TableKind;
import dev.quern.kvstore.Transaction;
import dev.quern.protocol.CheckRangeLayout;
import dev.quern.protocol.RangeDigest;
import dev.quern.protocol.RangeLayout;
import dev.quern.protocol.Status;
import org.jspecify.annotations.Nullable;

/** Does a CHECK_RANGE. What it walks over is part of the transaction, so that it still holds at the commit. Thread: the core's. */
final class RangeChecks {
    private final RangeQuery query = new RangeQuery();
    private final RangeDigest digest = new RangeDigest();
    private @Nullable RangeCursor cursor;

    int check(Transaction transaction, Table table, long body) {
        if (table.config().kind() != TableKind.ORDERED) {
            return Status.BAD_REQUEST;
        }
        RangeCursor walk = cursor;
        if (walk == null) {
            walk = transaction.newRangeCursor();
            cursor = walk;
        }
        readQuery(body);
        transaction.range(table, query, walk);
        digest.clear();
        int left = CheckRangeLayout.expectedCount(NativeMemory.ALL, body);
        for (long record = walk.next(); record != Record.NONE; record = walk.next()) {
            if (left-- == 0) {
                return Status.CONFLICT;
            }
            digest.add(NativeMemory.ALL, Record.keyAddress(record), Record.keyLength(record));
            digest.add(NativeMemory.ALL, Record.valueAddress(record), Record.valueLength(record));
        }
        return left == 0 && digest.value() == CheckRangeLayout.expectedDigest(NativeMemory.ALL, body)
                ? Status.OK
                : Status.CONFLICT;
    }

    private void readQuery(long body) {
        int flags = CheckRangeLayout.flags(NativeMemory.ALL, body);
        int lowLength = CheckRangeLayout.lowLength(NativeMemory.ALL, body);
        int highLength = CheckRangeLayout.highLength(NativeMemory.ALL, body);
        long low = body + CheckRangeLayout.KEYS_OFFSET;
        query.all().backwards((flags & RangeLayout.FLAG_BACKWARDS) != 0);
        if (lowLength > 0) {
            query.low(low, lowLength, (flags & RangeLayout.FLAG_LOW_INCLUDED) != 0);
        }
        if (highLength > 0) {
            query.high(low + lowLength, highLength, (flags & RangeLayout.FLAG_HIGH_INCLUDED) != 0);
        }
    }
}
