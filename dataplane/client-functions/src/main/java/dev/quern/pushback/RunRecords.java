package dev.quern.pushback;

import dev.quern.client.ClientTransaction;
import dev.quern.client.PutOptions;
import dev.quern.client.QuernException;
import dev.quern.client.Value;
import dev.quern.kvstore.Record;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What one attempt of a call has read, with the versions that its commit will check, and what it is to write. Reads go to the server, a
 * record once in an attempt, with others that it will likely read. Thread: its worker's.
 */
final class RunRecords {
    /** @param record {@link Record#NONE} when there was none, whose version is 0 */
    private record Read(long version, long record) {}

    /** What came from the server and was not read yet, so that it takes no room where functions see it. */
    private record Fetched(@Nullable Value value) {}

    /**
     * A record that is to be written.
     *
     * @param record {@link Record#NONE} to delete it
     * @param expiryMs unix milliseconds, or {@link Record#NO_EXPIRY}
     * @param keepsExpiry whether it keeps what it has, instead
     */
    record Write(long record, long expiryMs, boolean keepsExpiry) {}

    /** A write and what it took the place of. */
    private record Step(Key key, @Nullable Write before) {}

    private final RecordSpace space;
    private final Tables tables;
    private final Waiting waiting;
    private final Map<Key, Fetched> fetched = new HashMap<>();
    private final LinkedHashMap<Key, Read> reads = new LinkedHashMap<>();
    private final NavigableMap<Key, Write> writes = new TreeMap<>();
    private final List<Step> steps = new ArrayList<>();
    private final Set<RemoteWalk> walks = new LinkedHashSet<>();
    private final ReadAhead ahead = new ReadAhead();
    private int walked;
    private int guesses;

    RunRecords(RecordSpace space, Tables tables, Waiting waiting) {
        this.space = space;
        this.tables = tables;
        this.waiting = waiting;
    }

    RecordSpace space() {
        return space;
    }

    Tables tables() {
        return tables;
    }

    Waiting waiting() {
        return waiting;
    }

    /** For a new call. */
    void begin(String function, List<byte[]> arguments) {
        clear();
        guesses = 0;
        ahead.begin(function, arguments);
    }

    private void clear() {
        fetched.clear();
        reads.clear();
        writes.clear();
        steps.clear();
        walks.forEach(RemoteWalk::forget);
        walks.clear();
        walked = 0;
        space.clear();
    }

    /** For another attempt of the same call, which will likely read the same records: they are asked for at once. */
    void clearAndFetchAgain() {
        List<Key> before = List.copyOf(reads.keySet());
        clear();
        fetch(before);
    }

    /** How many records this attempt has read. */
    int readCount() {
        return reads.size() + walked;
    }

    /** How many records this call has asked for before it was known to read them. */
    int guessCount() {
        return guesses;
    }

    /** Keeps what this call read for guesses about the next ones. */
    void learn() {
        LinkedHashMap<Key, Integer> valueLengths = new LinkedHashMap<>();
        reads.forEach((key, read) ->
                valueLengths.put(key, read.record() == Record.NONE ? 0 : Record.valueLength(read.record())));
        ahead.learn(valueLengths);
    }

    /** Asks for all of them in one round trip: a request for each table. */
    private void fetch(List<Key> wanted) {
        Map<Integer, List<Key>> byTable = new TreeMap<>();
        wanted.forEach(key ->
                byTable.computeIfAbsent(key.table(), any -> new ArrayList<>()).add(key));
        List<CompletableFuture<List<@Nullable Value>>> asked = new ArrayList<>();
        byTable.forEach((table, keys) -> asked.add(
                tables.at(table).multiGet(keys.stream().map(Key::bytes).toList())));
        waiting.awaitAll(asked);
        int answer = 0;
        for (List<Key> keys : byTable.values()) {
            List<@Nullable Value> values = asked.get(answer++).join();
            for (int i = 0; i < keys.size(); i++) {
                fetched.put(keys.get(i), new Fetched(values.get(i)));
            }
        }
    }

    private Read read(Key key, @Nullable Value value) {
        return value == null
                ? new Read(0, Record.NONE)
                : new Read(value.version(), space.record(key.bytes(), value.bytes()));
    }

    /** The record of a key as this attempt sees it, or {@link Record#NONE}. */
    long find(Key key) {
        Write own = writes.get(key);
        return own == null ? stored(key) : own.record();
    }

    private long stored(Key key) {
        Read known = reads.get(key);
        if (known == null) {
            known = read(key, value(key));
            reads.put(key, known);
            checkSize();
        }
        return known.record();
    }

    private @Nullable Value value(Key key) {
        Fetched here = fetched.remove(key);
        if (here == null) {
            List<Key> wanted = ahead.with(key, reads, fetched);
            if (wanted.size() == 1) {
                return waiting.await(tables.at(key.table()).get(key.bytes()));
            }
            guesses += wanted.size() - 1;
            try {
                fetch(wanted);
            } catch (QuernException guessed) {
                // One that was not asked for may have grown too large, or its table may be gone.
                return waiting.await(tables.at(key.table()).get(key.bytes()));
            }
            here = Objects.requireNonNull(fetched.remove(key));
        }
        return here.value();
    }

    void write(Key key, Write write) {
        steps.add(new Step(key, writes.put(key, write)));
        checkSize();
    }

    private void checkSize() {
        if (reads.size() + writes.size() + walked > PushbackLimits.OPERATIONS_MAX) {
            throw new RunAtServerException(
                    "it reads and writes more than " + PushbackLimits.OPERATIONS_MAX + " records");
        }
    }

    /** What this attempt has written to a key, or null. */
    @Nullable
    Write written(Key key) {
        return writes.get(key);
    }

    /** What this attempt has written to tables, in the order of their keys. */
    NavigableMap<Key, Write> written() {
        return writes;
    }

    /** A walk over a range that the commit will check. */
    void walked(RemoteWalk walk) {
        walks.add(walk);
    }

    /** A walk begins to show records. */
    void countRange() {
        walked++;
        checkSize();
    }

    /** What was to be written until now, for {@link #rollBack}. */
    int mark() {
        return steps.size();
    }

    /** Drops what was to be written since the mark. What was read stays part of the call. */
    void rollBack(int mark) {
        while (steps.size() > mark) {
            Step last = steps.removeLast();
            if (last.before() == null) {
                writes.remove(last.key());
            } else {
                writes.put(last.key(), last.before());
            }
        }
    }

    /** Whether nothing was written, and what was read was there at one moment without a further look: one record at the most. */
    boolean isCommitted(boolean dropsWrites) {
        return (dropsWrites || writes.isEmpty()) && reads.size() <= 1 && checkedRanges() == 0;
    }

    private int checkedRanges() {
        int count = 0;
        for (RemoteWalk walk : walks) {
            count += walk.checks();
        }
        return count;
    }

    /**
     * Adds all of this to a transaction: first what was read, then, unless they are dropped, the writes. Returns how many operations of it
     * check.
     */
    int addTo(ClientTransaction transaction, boolean dropsWrites, long nowMs) {
        reads.forEach((key, read) -> transaction.check(tables.at(key.table()), key.bytes(), read.version()));
        walks.forEach(walk -> walk.addChecks(transaction));
        int checks = transaction.size();
        if (!dropsWrites) {
            writes.forEach((key, write) -> add(transaction, key, write, nowMs));
        }
        return checks;
    }

    private void add(ClientTransaction transaction, Key key, Write write, long nowMs) {
        if (write.record() == Record.NONE) {
            transaction.delete(tables.at(key.table()), key.bytes());
            return;
        }
        PutOptions options = PutOptions.ALWAYS;
        if (write.keepsExpiry()) {
            options = options.keepExpiry();
        } else if (write.expiryMs() != Record.NO_EXPIRY) {
            options = options.expireAfter(Duration.ofMillis(Math.max(1, write.expiryMs() - nowMs)));
        }
        transaction.put(tables.at(key.table()), key.bytes(), Record.value(write.record()), options);
    }
}
