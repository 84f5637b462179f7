package dev.quern.bench.workload;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Reads that depend on each other: the first 16 bytes of each value are the key of the next record. Either the client makes them, one round trip each,
 * or one call of the function {@code lookup} makes all of them where the records are. The last value is checked. One thread.
 */
public final class Walk implements Workload {
    /** The most reads of one operation. */
    public static final int READS_MAX = 1_000;

    private static final int SLOTS_MAX = 1 << 16;
    private static final int KEY_LENGTH = 16;
    private static final int VALUE_LENGTH = 100;
    private static final long SEED = 7;
    private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final int reads;
    private final boolean isCall;
    private final int count;
    private final long step;
    private final SplittableRandom random = new SplittableRandom(SEED);
    private final Records keys = new Records("", Sizes.fixed(KEY_LENGTH), Sizes.fixed(VALUE_LENGTH));
    private final int[] at = new int[SLOTS_MAX];
    private final int[] done = new int[SLOTS_MAX];
    private final byte[][] next = new byte[SLOTS_MAX][];
    private final byte[] key = new byte[KEY_LENGTH];
    private final byte[] value = new byte[VALUE_LENGTH];
    private final byte[] function = "lookup".getBytes(StandardCharsets.US_ASCII);
    private final Arguments arguments = new Arguments(64);

    /**
     * @param reads of one operation
     * @param isCall whether a function makes them
     * @param count of the records; 2 at least
     */
    public Walk(int reads, boolean isCall, int count) {
        if (reads < 1 || reads > READS_MAX || count < 2) {
            throw new IllegalArgumentException(
                    "a walk makes 1 to " + READS_MAX + " reads of 2 records or more, not " + reads + " of " + count);
        }
        this.reads = reads;
        this.isCall = isCall;
        this.count = count;
        // Far from one to the next, and through all of them: it shares no factor with their number.
        long candidate = (long) (count * 0.618) | 1;
        while (greatestCommonDivisor(candidate, count) != 1) {
            candidate += 2;
        }
        step = candidate;
    }

    private static long greatestCommonDivisor(long a, long b) {
        return b == 0 ? a : greatestCommonDivisor(b, a % b);
    }

    private int after(int index, int steps) {
        return (int) ((index + step * steps) % count);
    }

    @Override
    public String describe() {
        return String.format(
                Locale.ROOT,
                "%d dependent reads %s; %,d records, %s",
                reads,
                isCall ? "in one call of a function" : "by the client, one after the other",
                count,
                keys.describe());
    }

    @Override
    public int valueLengthMax() {
        return VALUE_LENGTH;
    }

    @Override
    public int records() {
        return count;
    }

    @Override
    public List<StoredFunction> functions() {
        return isCall ? List.of(StoredFunction.example("lookup", true)) : List.of();
    }

    @Override
    public boolean load(int index, Endpoint endpoint, int slot) {
        int ignored = keys.value(index, 0, value);
        ignored = keys.key(after(index, 1), value);
        ignored = keys.key(index, key);
        return endpoint.put(key, KEY_LENGTH, value, VALUE_LENGTH, slot);
    }

    @Override
    public void draw(int slot) {
        if (next[slot] == null) {
            next[slot] = new byte[KEY_LENGTH];
        }
        at[slot] = random.nextInt(count);
        done[slot] = 0;
        int ignored = keys.key(at[slot], next[slot]);
    }

    @Override
    public boolean send(int slot, Endpoint endpoint) {
        if (!isCall) {
            return endpoint.get(next[slot], KEY_LENGTH, slot);
        }
        arguments.clear().add(next[slot], KEY_LENGTH).begin().u32(reads).end();
        return endpoint.call(function, true, arguments.bytes(), arguments.length(), slot);
    }

    @Override
    public boolean take(int slot, Answer answer) {
        if (!answer.found() || answer.length() != VALUE_LENGTH) {
            throw new WrongAnswerException("a walk from record " + at[slot] + " found "
                    + (answer.found() ? "a value of " + answer.length() + " bytes" : "nothing"));
        }
        if (!isCall && ++done[slot] < reads) {
            MemorySegment.copy(answer.memory(), ValueLayout.JAVA_BYTE, answer.offset(), next[slot], 0, KEY_LENGTH);
            return false;
        }
        int ignored = keys.key(after(at[slot], reads), key);
        MemorySegment wanted = MemorySegment.ofArray(key);
        if (answer.memory().get(WORD, answer.offset()) != wanted.get(WORD, 0)
                || answer.memory().get(WORD, answer.offset() + Long.BYTES) != wanted.get(WORD, Long.BYTES)) {
            throw new WrongAnswerException("a walk from record " + at[slot] + " ended at another record than it must");
        }
        return true;
    }
}
