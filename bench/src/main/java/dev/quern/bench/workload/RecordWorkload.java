package dev.quern.bench.workload;

import java.util.BitSet;
import java.util.SplittableRandom;

/**
 * Gets, puts, inserts, scans and read-modify-writes of {@link Records}, mixed by shares. What is inserted can be drawn as soon as it and all before it
 * was answered. One thread.
 */
public final class RecordWorkload implements Workload {
    private static final int SLOTS_MAX = 1 << 16;
    private static final long SEED = 42;

    /** The smallest share that a draw can tell from nothing. */
    private static final int SHARES = 1 << 20;

    private static final byte GET = 0;
    private static final byte PUT = 1;
    private static final byte INSERT = 2;
    private static final byte SCAN = 3;
    private static final byte MODIFY = 4;

    private final String name;
    private final Records records;
    private final int count;
    private final Mix mix;
    private final KeyChooser chooser;
    private final int scanRecordsMax;
    private final SplittableRandom random = new SplittableRandom(SEED);
    private final int[] index = new int[SLOTS_MAX];
    private final byte[] operation = new byte[SLOTS_MAX];
    private final boolean[] read = new boolean[SLOTS_MAX];
    private final int[] wanted = new int[SLOTS_MAX];
    private final int putBelow;
    private final int insertBelow;
    private final int scanBelow;
    private final int modifyBelow;
    private final BitSet acknowledged;
    private final byte[] key;
    private final byte[] value;
    private int inserted;
    private int known;
    private int writes;

    /**
     * @param count of the records that are there at first; as many again can be inserted, then the first insertions are overwritten
     * @param chooser of the records to get, put, scan from and modify
     * @param scanRecordsMax a scan reads from 1 to so many records, each number as often as any other
     */
    public RecordWorkload(String name, Records records, int count, Mix mix, KeyChooser chooser, int scanRecordsMax) {
        this.name = name;
        this.records = records;
        this.count = count;
        this.mix = mix;
        this.chooser = chooser;
        this.scanRecordsMax = scanRecordsMax;
        putBelow = share(mix.get());
        insertBelow = putBelow + share(mix.put());
        scanBelow = insertBelow + share(mix.insert());
        modifyBelow = scanBelow + share(mix.scan());
        acknowledged = new BitSet(mix.insert() > 0 ? count : 0);
        key = new byte[records.keyLengthMax()];
        value = new byte[Math.max(1, records.valueLengthMax())];
        known = count;
    }

    private static int share(double share) {
        return (int) Math.round(share * SHARES);
    }

    @Override
    public String describe() {
        return String.format(
                java.util.Locale.ROOT, "%s: %s; %,d records, %s", name, mix.describe(), count, records.describe());
    }

    @Override
    public int valueLengthMax() {
        return records.valueLengthMax();
    }

    @Override
    public int records() {
        return count;
    }

    @Override
    public boolean load(int at, Endpoint endpoint, int slot) {
        return put(at, 0, endpoint, slot);
    }

    private boolean put(int at, int write, Endpoint endpoint, int slot) {
        int keyLength = records.key(at, key);
        return endpoint.put(key, keyLength, value, records.value(at, write, value), slot);
    }

    @Override
    public void draw(int slot) {
        int drawn = random.nextInt(SHARES);
        if (drawn < putBelow) {
            operation[slot] = GET;
        } else if (drawn < insertBelow) {
            operation[slot] = PUT;
        } else if (drawn < scanBelow) {
            operation[slot] = INSERT;
        } else if (drawn < modifyBelow) {
            operation[slot] = SCAN;
            wanted[slot] = random.nextInt(scanRecordsMax) + 1;
        } else {
            operation[slot] = MODIFY;
            read[slot] = false;
        }
        index[slot] = operation[slot] == INSERT ? count + inserted++ % count : chooser.next(random, known);
    }

    @Override
    public boolean send(int slot, Endpoint endpoint) {
        int at = index[slot];
        return switch (operation[slot]) {
            case GET -> endpoint.get(key, records.key(at, key), slot);
            case SCAN -> endpoint.scan(key, records.key(at, key), wanted[slot], slot);
            case MODIFY ->
                read[slot] ? put(at, ++writes, endpoint, slot) : endpoint.get(key, records.key(at, key), slot);
            default -> put(at, ++writes, endpoint, slot);
        };
    }

    @Override
    public boolean take(int slot, Answer answer) {
        switch (operation[slot]) {
            case GET -> check(slot, answer);
            case INSERT -> acknowledge(index[slot] - count);
            case SCAN -> {
                // Near the greatest key there are fewer.
                if (!answer.found() || answer.length() < 1 || answer.length() > wanted[slot]) {
                    throw new WrongAnswerException(
                            "a scan for " + wanted[slot] + " records was answered with " + answer.length());
                }
            }
            case MODIFY -> {
                if (!read[slot]) {
                    check(slot, answer);
                    read[slot] = true;
                    return false;
                }
            }
            default -> {}
        }
        return true;
    }

    private void check(int slot, Answer answer) {
        if (!answer.found() || !records.isValueOf(index[slot], answer.memory(), answer.offset(), answer.length())) {
            throw new WrongAnswerException((answer.found() ? "not a value of the key" : "no record of the key")
                    + ": index=" + index[slot] + ", length=" + answer.length());
        }
    }

    private void acknowledge(int insertion) {
        if (known == 2 * count) {
            return;
        }
        acknowledged.set(insertion);
        while (known < 2 * count && acknowledged.get(known - count)) {
            known++;
        }
    }
}
