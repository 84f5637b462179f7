package dev.quern.pushback;

import dev.quern.client.ClientTable;
import dev.quern.client.ClientTransaction;
import dev.quern.client.KeyRange;
import dev.quern.client.QuernException;
import dev.quern.client.RangePage;
import dev.quern.client.ScanPage;
import dev.quern.client.Value;
import dev.quern.ffi.linux.NativeMemory;
import dev.quern.kvstore.Record;
import dev.quern.protocol.RangeDigest;
import dev.quern.protocol.Status;
import dev.quern.sandbox.guest.GuestTrap;
import dev.quern.sandbox.guest.RangeWalk;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * A walk over a range whose records come from the server by steps, with what the call itself writes among them. What was walked so far is
 * what the commit checks: as many records, of the same keys and values. Thread: its worker's.
 */
final class RemoteWalk implements RangeWalk {
    /** A part of a range that was walked before this cursor was opened anew. */
    private record Walked(int table, KeyRange range, int count, long digest) {}

    private final RunRecords records;
    private final RangeDigest digest = new RangeDigest();
    private final Queue<ScanPage.Entry> ahead = new ArrayDeque<>();
    private final List<Walked> before = new ArrayList<>();
    private KeyRange range = KeyRange.all();
    private @Nullable KeyRange rest;
    private int table;
    private Bounds bounds = Bounds.NONE;
    private boolean isBackwards;
    private byte @Nullable [] last;
    private boolean isAtEnd;
    private boolean isAsked;
    private int count;
    private int step;

    /** The keys that own writes may have to be part of the range. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Bounds(byte[] low, boolean isLowIncluded, byte[] high, boolean isHighIncluded, boolean isPrefix) {
        static final Bounds NONE = new Bounds(new byte[0], false, new byte[0], false, false);

        boolean contains(byte[] key) {
            if (isPrefix) {
                return key.length >= low.length && Arrays.equals(key, 0, low.length, low, 0, low.length);
            }
            int toLow = low.length == 0 ? 1 : Arrays.compareUnsigned(key, low);
            int toHigh = high.length == 0 ? -1 : Arrays.compareUnsigned(key, high);
            return (toLow > 0 || toLow == 0 && isLowIncluded) && (toHigh < 0 || toHigh == 0 && isHighIncluded);
        }
    }

    RemoteWalk(RunRecords records) {
        this.records = records;
    }

    @Override
    public void open(int handle, long low, int lowLength, long high, int highLength, int flags) {
        keepWalked();
        table = records.tables().placeOf(handle);
        bounds = new Bounds(
                NativeMemory.toArray(low, lowLength),
                (flags & LOW_INCLUDED) != 0,
                NativeMemory.toArray(high, highLength),
                (flags & HIGH_INCLUDED) != 0,
                (flags & PREFIX) != 0 && lowLength > 0);
        isBackwards = (flags & BACKWARDS) != 0;
        range = range();
        rest = range;
        last = null;
        isAtEnd = false;
        isAsked = false;
        count = 0;
        step = PushbackLimits.RANGE_STEP_FIRST;
        digest.clear();
        ahead.clear();
        records.walked(this);
        // At once, as a range over a hash table is an error now and not later.
        fill();
    }

    private KeyRange range() {
        KeyRange made = KeyRange.all();
        if (bounds.isPrefix()) {
            made = KeyRange.prefix(bounds.low());
        } else if (bounds.low().length > 0) {
            made = bounds.isLowIncluded() ? made.from(bounds.low()) : made.after(bounds.low());
        }
        if (bounds.high().length > 0) {
            made = bounds.isHighIncluded() ? made.upTo(bounds.high()) : made.before(bounds.high());
        }
        return isBackwards ? made.backwards() : made;
    }

    private void fill() {
        KeyRange wanted = rest;
        while (ahead.isEmpty() && wanted != null) {
            RangePage page;
            try {
                page = records.waiting().await(tableWalked().range(wanted, step, true));
            } catch (QuernException refused) {
                if (refused.status() == Status.BAD_REQUEST) {
                    throw new GuestTrap(
                            GuestTrap.Reason.TRAP,
                            "range over table " + tableWalked().name()
                                    + ", which is a hash table; make it an ordered one");
                }
                throw refused;
            }
            ahead.addAll(page.entries());
            wanted = page.rest();
            rest = wanted;
            step = Math.min(2 * step, PushbackLimits.RANGE_STEP_MAX);
        }
    }

    private ClientTable tableWalked() {
        return records.tables().at(table);
    }

    @Override
    public long next() {
        while (!isAtEnd) {
            if (!isAsked) {
                isAsked = true;
                records.countRange();
            }
            fill();
            ScanPage.Entry stored = ahead.peek();
            Map.Entry<Key, RunRecords.Write> own = nextOwn();
            if (stored == null && own == null) {
                isAtEnd = true;
                break;
            }
            int order = stored == null
                    ? 1
                    : own == null ? -1 : compare(stored.key(), own.getKey().bytes());
            long record = Record.NONE;
            if (stored != null && order <= 0) {
                ahead.remove();
                record = take(stored);
                last = stored.key();
            }
            if (own != null && order >= 0) {
                record = own.getValue().record();
                last = own.getKey().bytes();
            }
            if (record != Record.NONE) {
                return record;
            }
        }
        return Record.NONE;
    }

    private int compare(byte[] one, byte[] other) {
        int order = Arrays.compareUnsigned(one, other);
        return isBackwards ? -order : order;
    }

    private Map.@Nullable Entry<Key, RunRecords.Write> nextOwn() {
        byte[] from = last;
        Map.Entry<Key, RunRecords.Write> own;
        if (isBackwards) {
            own = from == null
                    ? records.written().lowerEntry(new Key(table + 1, new byte[0]))
                    : records.written().lowerEntry(new Key(table, from));
        } else {
            own = from == null
                    ? records.written().ceilingEntry(new Key(table, new byte[0]))
                    : records.written().higherEntry(new Key(table, from));
        }
        while (own != null && own.getKey().table() == table) {
            if (bounds.contains(own.getKey().bytes())) {
                return own;
            }
            own = isBackwards
                    ? records.written().lowerEntry(own.getKey())
                    : records.written().higherEntry(own.getKey());
        }
        return null;
    }

    /** Counts a stored record as walked over; the record, with its value. */
    private long take(ScanPage.Entry stored) {
        byte[] value = stored.value();
        if (value == null) {
            // Too long to be sent along. One that is gone meanwhile is found out about by the commit.
            Value found = records.waiting().await(tableWalked().get(stored.key()));
            value = found == null ? new byte[0] : found.bytes();
        }
        digest.add(MemorySegment.ofArray(stored.key()), 0, stored.key().length);
        digest.add(MemorySegment.ofArray(value), 0, value.length);
        count++;
        return records.space().record(stored.key(), value);
    }

    /** How many checks {@link #addChecks} adds. */
    int checks() {
        return before.size() + (isAsked ? 1 : 0);
    }

    private void keepWalked() {
        Walked walked = walked();
        if (walked != null) {
            before.add(walked);
        }
    }

    /** What was walked over since it was opened: up to the last record shown, or all of it. Null for nothing. */
    private @Nullable Walked walked() {
        if (!isAsked) {
            return null;
        }
        byte[] end = last;
        KeyRange seen = isAtEnd || end == null ? range : isBackwards ? range.from(end) : range.upTo(end);
        return new Walked(table, seen, count, digest.value());
    }

    void addChecks(ClientTransaction transaction) {
        keepWalked();
        isAsked = false;
        for (Walked walked : before) {
            transaction.checkRange(
                    records.tables().at(walked.table()), walked.range(), walked.count(), walked.digest());
        }
        before.clear();
    }

    /** For another attempt or call. */
    void forget() {
        before.clear();
        isAsked = false;
        isAtEnd = true;
    }
}
