package dev.quern.bench.workload;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * YCSB's core workloads as its binding for Redis puts them: each record a hash of ten fields, and all keys in one sorted set, {@code _indices}, scored by
 * their hash codes. A read is HGETALL, an update HMSET of one field, an insert HMSET of all and ZADD, a scan ZRANGEBYSCORE and a read of each key that it
 * answered. For servers that speak RESP. One thread.
 */
public final class YcsbHashes implements Workload {
    private static final int SLOTS_MAX = 1 << 16;
    private static final int SHARES = 1 << 20;
    private static final int KEY_LENGTH = 23;
    private static final int FIELDS = 10;
    private static final int FIELD_LENGTH = 100;
    private static final int SCAN_RECORDS_MAX = 100;
    private static final long SEED = 43;

    private static final String COUNT_LINE = "*" + 2 * FIELDS + "\r\n";
    private static final String FIELD_LINES = "$6\r\nfield0\r\n$" + FIELD_LENGTH + "\r\n";

    /** Before the digit of a field's name. */
    private static final int DIGIT_AT = "$6\r\nfield".length();

    private static final int PAIR_BYTES = FIELD_LINES.length() + FIELD_LENGTH + 2;
    private static final int RECORD_BYTES = COUNT_LINE.length() + FIELDS * PAIR_BYTES;

    /** Of a key in an answer: its length before it, and a line's end. */
    private static final int KEY_BYTES = "$23\r\n".length() + KEY_LENGTH + 2;

    private static final int ANSWER_BYTES_MAX = 8 + SCAN_RECORDS_MAX * KEY_BYTES;

    /** As long as YCSB's, and another, as the same server may have its records as strings. */
    private static final String PREFIX = "hash";

    private static final byte READ = 0;
    private static final byte UPDATE = 1;
    private static final byte INSERT = 2;
    private static final byte SCAN = 3;
    private static final byte MODIFY = 4;

    private static final byte[] HMSET = ascii("HMSET");
    private static final byte[] HGETALL = ascii("HGETALL");
    private static final byte[] ZADD = ascii("ZADD");
    private static final byte[] ZRANGEBYSCORE = ascii("ZRANGEBYSCORE");
    private static final byte[] INDICES = ascii("_indices");
    private static final byte[] INFINITY = ascii("+inf");
    private static final byte[] LIMIT = ascii("LIMIT");
    private static final byte[] ZERO = ascii("0");

    private final String name;
    private final int count;
    private final Mix mix;
    private final KeyChooser chooser;
    private final SplittableRandom random = new SplittableRandom(SEED);
    private final Records keys = new Records(PREFIX, Sizes.fixed(KEY_LENGTH), Sizes.fixed(FIELD_LENGTH));
    private final int[] index = new int[SLOTS_MAX];
    private final byte[] operation = new byte[SLOTS_MAX];
    private final int[] step = new int[SLOTS_MAX];
    private final int[] wanted = new int[SLOTS_MAX];
    private final byte[][] scanned = new byte[SLOTS_MAX][];
    private final byte[] key = new byte[KEY_LENGTH];
    private final byte[] field = ascii("field0");
    private final byte[] value = new byte[FIELD_LENGTH];
    private final Arguments words = new Arguments(2 * RECORD_BYTES);
    private int inserted;
    private int writes;

    /**
     * @param mix of the operations; what is inserted is not read by others than scans
     * @param count of the records that are there at first
     */
    public YcsbHashes(String name, int count, Mix mix, KeyChooser chooser) {
        this.name = name;
        this.count = count;
        this.mix = mix;
        this.chooser = chooser;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public String describe() {
        return String.format(
                Locale.ROOT,
                "%s: %s; %,d hashes of %d fields of %d B, and their keys in a sorted set",
                name,
                mix.describe(),
                count,
                FIELDS,
                FIELD_LENGTH);
    }

    @Override
    public int valueLengthMax() {
        return ANSWER_BYTES_MAX;
    }

    /** Each is put by two requests. */
    @Override
    public int records() {
        return 2 * count;
    }

    @Override
    public boolean load(int at, Endpoint endpoint, int slot) {
        return at < count ? setAll(at, endpoint, slot) : addToIndices(at - count, endpoint, slot);
    }

    private boolean setAll(int record, Endpoint endpoint, int slot) {
        writes++;
        begin(HMSET, record);
        for (int i = 0; i < FIELDS; i++) {
            addField(record, i);
        }
        return endpoint.command(words.bytes(), words.length(), slot);
    }

    private Arguments begin(byte[] command, int record) {
        int length = keys.key(record, key);
        return words.clear().add(command, command.length).add(key, length);
    }

    private void addField(int record, int number) {
        field[field.length - 1] = (byte) ('0' + number);
        int length = keys.value(field(record, number), writes, value);
        words.add(field, field.length).add(value, length);
    }

    /** What a field's value follows from. */
    private static int field(int record, int number) {
        return record * FIELDS + number;
    }

    private boolean addToIndices(int record, Endpoint endpoint, int slot) {
        int length = keys.key(record, key);
        words.clear().add(ZADD, ZADD.length).add(INDICES, INDICES.length);
        addScore();
        return endpoint.command(words.add(key, length).bytes(), words.length(), slot);
    }

    /** The key's hash code, as {@code String} has it, in decimal. */
    private void addScore() {
        int hash = 0;
        for (byte letter : key) {
            hash = 31 * hash + letter;
        }
        words.begin();
        if (hash < 0) {
            words.u8('-');
        }
        long rest = Math.abs((long) hash);
        long unit = 1;
        while (unit <= rest / 10) {
            unit *= 10;
        }
        for (; unit > 0; unit /= 10) {
            words.u8((int) ('0' + rest / unit % 10));
        }
        words.end();
    }

    @Override
    public void draw(int slot) {
        double drawn = (double) random.nextInt(SHARES) / SHARES;
        step[slot] = 0;
        if (drawn < mix.get()) {
            operation[slot] = READ;
        } else if (drawn < mix.get() + mix.put()) {
            operation[slot] = UPDATE;
        } else if (drawn < mix.get() + mix.put() + mix.insert()) {
            operation[slot] = INSERT;
        } else if (drawn < 1 - mix.modify()) {
            operation[slot] = SCAN;
            wanted[slot] = random.nextInt(SCAN_RECORDS_MAX) + 1;
        } else {
            operation[slot] = MODIFY;
        }
        index[slot] = operation[slot] == INSERT ? count + inserted++ % count : chooser.next(random, count);
    }

    @Override
    public boolean send(int slot, Endpoint endpoint) {
        int record = index[slot];
        return switch (operation[slot]) {
            case READ -> read(record, endpoint, slot);
            case UPDATE -> update(record, endpoint, slot);
            case INSERT -> step[slot] == 0 ? setAll(record, endpoint, slot) : addToIndices(record, endpoint, slot);
            case SCAN -> step[slot] == 0 ? scan(record, endpoint, slot) : readScanned(slot, endpoint);
            default -> step[slot] == 0 ? read(record, endpoint, slot) : update(record, endpoint, slot);
        };
    }

    private boolean read(int record, Endpoint endpoint, int slot) {
        begin(HGETALL, record);
        return endpoint.command(words.bytes(), words.length(), slot);
    }

    private boolean update(int record, Endpoint endpoint, int slot) {
        writes++;
        begin(HMSET, record);
        addField(record, random.nextInt(FIELDS));
        return endpoint.command(words.bytes(), words.length(), slot);
    }

    private boolean scan(int record, Endpoint endpoint, int slot) {
        int ignored = keys.key(record, key);
        words.clear().add(ZRANGEBYSCORE, ZRANGEBYSCORE.length).add(INDICES, INDICES.length);
        addScore();
        words.add(INFINITY, INFINITY.length).add(LIMIT, LIMIT.length).add(ZERO, ZERO.length);
        words.begin();
        int number = wanted[slot];
        for (int unit = number >= 100 ? 100 : number >= 10 ? 10 : 1; unit > 0; unit /= 10) {
            words.u8('0' + number / unit % 10);
        }
        return endpoint.command(words.end().bytes(), words.length(), slot);
    }

    private boolean readScanned(int slot, Endpoint endpoint) {
        System.arraycopy(scanned[slot], (step[slot] - 1) * KEY_LENGTH, key, 0, KEY_LENGTH);
        words.clear().add(HGETALL, HGETALL.length).add(key, KEY_LENGTH);
        return endpoint.command(words.bytes(), words.length(), slot);
    }

    @Override
    public boolean take(int slot, Answer answer) {
        switch (operation[slot]) {
            case READ -> check(index[slot], answer);
            case INSERT -> {
                return step[slot]++ == 1;
            }
            case SCAN -> {
                return takeScan(slot, answer);
            }
            case MODIFY -> {
                if (step[slot]++ == 0) {
                    check(index[slot], answer);
                    return false;
                }
            }
            default -> {}
        }
        return true;
    }

    private boolean takeScan(int slot, Answer answer) {
        if (step[slot] > 0) {
            // Whose record it is, its key tells, which is not turned back into an index: its length is what is checked.
            if (answer.length() != RECORD_BYTES) {
                throw new WrongAnswerException("a scanned record has " + answer.length() + " bytes");
            }
            return step[slot]++ == wanted[slot];
        }
        int head = answer.length() % KEY_BYTES;
        int found = answer.length() / KEY_BYTES;
        if (found < 1 || found > wanted[slot]) {
            throw new WrongAnswerException("a scan for " + wanted[slot] + " records was answered with " + found);
        }
        if (scanned[slot] == null) {
            scanned[slot] = new byte[SCAN_RECORDS_MAX * KEY_LENGTH];
        }
        for (int i = 0; i < found; i++) {
            long at = answer.offset() + head + (long) i * KEY_BYTES + KEY_BYTES - KEY_LENGTH - 2;
            MemorySegment.copy(answer.memory(), ValueLayout.JAVA_BYTE, at, scanned[slot], i * KEY_LENGTH, KEY_LENGTH);
        }
        wanted[slot] = found;
        step[slot] = 1;
        return false;
    }

    private void check(int record, Answer answer) {
        if (answer.length() != RECORD_BYTES) {
            throw new WrongAnswerException("a record has " + answer.length() + " bytes in the answer");
        }
        for (int i = 0; i < FIELDS; i++) {
            long pair = answer.offset() + COUNT_LINE.length() + (long) i * PAIR_BYTES;
            int number = answer.memory().get(ValueLayout.JAVA_BYTE, pair + DIGIT_AT) - '0';
            if (!keys.isValueOf(field(record, number), answer.memory(), pair + FIELD_LINES.length(), FIELD_LENGTH)) {
                throw new WrongAnswerException("not a value of field " + number + " of the key: index=" + record);
            }
        }
    }
}
