package dev.quern.sandbox.guest;

import dev.quern.kvstore.RangeCursor;
import dev.quern.kvstore.RangeQuery;
import dev.quern.kvstore.Table;
import dev.quern.kvstore.TableKind;
import dev.quern.sandbox.guest.GuestTrap.Reason;

/** A walk within the call's transaction. Thread: the core's. */
final class StoreWalk implements RangeWalk {
    private final CallState state;
    private final RangeCursor cursor;
    private final RangeQuery query = new RangeQuery();

    StoreWalk(CallState state) {
        this.state = state;
        cursor = state.transaction().newRangeCursor();
    }

    @Override
    public void open(int handle, long low, int lowLength, long high, int highLength, int flags) {
        Table table = state.table(handle);
        if (table.config().kind() != TableKind.ORDERED) {
            throw new GuestTrap(
                    Reason.TRAP,
                    "range over table " + table.name() + ", which is a hash table; make it an ordered one");
        }
        query.all().backwards((flags & BACKWARDS) != 0);
        if (lowLength > 0 && (flags & PREFIX) != 0) {
            query.prefix(low, lowLength);
        } else if (lowLength > 0) {
            query.low(low, lowLength, (flags & LOW_INCLUDED) != 0);
        }
        if (highLength > 0) {
            query.high(high, highLength, (flags & HIGH_INCLUDED) != 0);
        }
        state.transaction().range(table, query, cursor);
    }

    @Override
    public long next() {
        return cursor.next();
    }
}
