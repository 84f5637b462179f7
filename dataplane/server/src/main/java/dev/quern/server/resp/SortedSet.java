package dev.quern.server.resp;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.kvstore.RangeCursor;
import dev.quern.kvstore.RangeQuery;
import dev.quern.kvstore.Record;
import dev.quern.kvstore.StoreStatus;
import java.lang.foreign.Arena;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes one sorted set at a time, within a step of {@link Records}: its record holds how many members there are, and each member
 * is two elements, by name and by score. The record is written with every change, so that WATCH and transactions notice. Thread: the core's.
 */
final class SortedSet implements AutoCloseable {
    private final ElementKey memberKey = new ElementKey();
    private final ElementKey scoreKey = new ElementKey();
    private final RangeQuery query = new RangeQuery();
    private final Arena arena = Arena.ofShared();
    private final long header =
            arena.allocate(StructureLayout.HEADER_BYTES, Long.BYTES).address();
    private final long bits = arena.allocate(Long.BYTES, Long.BYTES).address();
    private @Nullable RangeCursor cursor;
    private @Nullable RespConnection connection;
    private long record;
    private long id;
    private long count;
    private boolean isChanged;
    private double score;

    /** Takes a key's record, or that there is none. */
    void take(RespConnection its, long found) {
        connection = its;
        record = found;
        boolean isThere = found != Record.NONE && !isOther();
        id = isThere ? StructureLayout.id(found) : 0;
        count = isThere ? StructureLayout.count(found) : 0;
        isChanged = false;
    }

    private RespConnection its() {
        return Objects.requireNonNull(connection);
    }

    private Records records() {
        return its().records();
    }

    /** Whether it is there and something else. */
    boolean isOther() {
        return record != Record.NONE
                && (!Record.isStructured(record) || StructureLayout.kind(record) != StructureLayout.SORTED_SET);
    }

    boolean isThere() {
        return record != Record.NONE;
    }

    /** How many members there are, with what was changed. */
    long count() {
        return count;
    }

    /** Whether there is such a member; {@link #score} is its. */
    boolean find(long member, int length) {
        if (id == 0 || length > RespLimits.MEMBER_BYTES_MAX) {
            return false;
        }
        long element = records().findElement(memberKey.named(id, ElementKey.MEMBER, member, length));
        if (element == Record.NONE) {
            return false;
        }
        score = Double.longBitsToDouble(NativeMemory.getLong(Record.valueAddress(element)));
        return true;
    }

    /** Of the member found. */
    double score() {
        return score;
    }

    /** Adds a member that is not there. OK, or what the store says. */
    int add(long member, int length, double itsScore) {
        if (id == 0) {
            id = its().tenant().structures().newId();
        }
        int status = putBoth(member, length, itsScore);
        if (status == StoreStatus.OK) {
            count++;
        }
        return status;
    }

    private int putBoth(long member, int length, double itsScore) {
        isChanged = true;
        // A zero is kept without a sign, as in Redis's smaller sets: both are one score.
        double kept = itsScore + 0.0;
        NativeMemory.putLong(bits, Double.doubleToRawLongBits(kept));
        int status = records().putElement(memberKey.named(id, ElementKey.MEMBER, member, length), bits, Long.BYTES);
        return status == StoreStatus.OK ? records().putElement(scoreKey(kept, member, length), bits, 0) : status;
    }

    private ElementKey scoreKey(double itsScore, long member, int length) {
        return scoreKey.score(id, Score.ordered(itsScore)).append(member, length);
    }

    /** Gives a member that is there another score. */
    int change(long member, int length, double before, double after) {
        int status = records().deleteElement(scoreKey(before, member, length));
        return status == StoreStatus.OK || status == StoreStatus.NOT_FOUND ? putBoth(member, length, after) : status;
    }

    /** Takes a member away that is there. */
    int remove(long member, int length, double itsScore) {
        isChanged = true;
        int status = records().deleteElement(memberKey.named(id, ElementKey.MEMBER, member, length));
        if (status == StoreStatus.OK) {
            count--;
            status = records().deleteElement(scoreKey(itsScore, member, length));
        }
        return status;
    }

    /** Takes all members away with the record; their elements go in time. */
    int removeAll(long name, int nameLength) {
        return records().delete(name, nameLength);
    }

    /** After the changes, writes the record, or takes it away with its last member. */
    int finish(long name, int nameLength) {
        if (!isChanged) {
            return StoreStatus.OK;
        }
        if (count == 0) {
            return removeAll(name, nameLength);
        }
        StructureLayout.write(header, StructureLayout.SORTED_SET, id, count);
        long expiryMs = record == Record.NONE ? Record.NO_EXPIRY : Record.expiryMs(record);
        return records().putStructured(name, nameLength, header, StructureLayout.HEADER_BYTES, expiryMs);
    }

    /** Before the first member of the lowest score, or of the highest. */
    void walk(boolean isBackwards) {
        ElementKey all = scoreKey.all(id, ElementKey.SCORE);
        query.prefix(all.address(), all.length());
        open(isBackwards);
    }

    /** Before the first of the members from the one score on to before the other, as {@link Score#ordered} has them. */
    void walk(long from, long to, boolean isBackwards) {
        scoreKey.score(id, from);
        query.low(scoreKey.address(), scoreKey.length(), true);
        scoreKey.score(id, to);
        query.high(scoreKey.address(), scoreKey.length(), false);
        open(isBackwards);
    }

    /**
     * Before the first of the members that, by their bytes, are within two bounds as of ZRANGE BYLEX; false when there can be none. All
     * members are taken to have the lowest one's score, as Redis asks.
     */
    boolean walkBytes(Arguments bounds, int min, int max, boolean isBackwards) {
        walk(false);
        long lowest = next();
        byte minSign = NativeMemory.getByte(bounds.address(min));
        byte maxSign = NativeMemory.getByte(bounds.address(max));
        if (lowest == Record.NONE || minSign == '+' || maxSign == '-') {
            return false;
        }
        long ordered = Score.ordered(score(lowest));
        scoreKey.score(id, ordered);
        if (minSign != '-') {
            appendBound(bounds, min);
        }
        query.low(scoreKey.address(), scoreKey.length(), minSign != '(');
        scoreKey.score(id, maxSign == '+' ? ordered + 1 : ordered);
        if (maxSign != '+') {
            appendBound(bounds, max);
        }
        query.high(scoreKey.address(), scoreKey.length(), maxSign == '[');
        open(isBackwards);
        return true;
    }

    /** A bound longer than any member is cut: what is not a member's end does not matter. */
    private void appendBound(Arguments bounds, int index) {
        scoreKey.append(bounds.address(index) + 1, Math.min(bounds.length(index) - 1, RespLimits.MEMBER_BYTES_MAX));
    }

    /** Behind a member of this score. */
    void walkBehind(double itsScore, long member, int length, boolean isBackwards) {
        ElementKey all = memberKey.all(id, ElementKey.SCORE);
        query.prefix(all.address(), all.length()).backwards(isBackwards);
        ElementKey from = scoreKey(itsScore, member, length);
        query.after(from.address(), from.length());
        open(isBackwards);
    }

    private void open(boolean isBackwards) {
        query.backwards(isBackwards);
        RangeCursor its = cursor;
        if (its == null) {
            its = new RangeCursor(its().core().core().storeCore());
            cursor = its;
        }
        records().range(query, its);
    }

    /** The next element of a walk, or {@link Record#NONE}. */
    long next() {
        RangeCursor its = cursor;
        return id == 0 || its == null ? Record.NONE : its.next();
    }

    /** Of an element walked over. */
    static double score(long element) {
        return Score.ofOrdered(
                Long.reverseBytes(NativeMemory.getLong(Record.keyAddress(element) + ElementKey.SCORE_OFFSET)));
    }

    static long member(long element) {
        return Record.keyAddress(element) + ElementKey.MEMBER_OFFSET_MAX;
    }

    static int memberLength(long element) {
        return Record.keyLength(element) - ElementKey.MEMBER_OFFSET_MAX;
    }

    @Override
    public void close() {
        memberKey.close();
        scoreKey.close();
        arena.close();
    }
}
