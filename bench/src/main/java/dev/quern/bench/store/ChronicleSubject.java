package dev.quern.bench.store;

import java.util.List;
import net.openhft.chronicle.map.ChronicleMap;
import net.openhft.chronicle.values.Values;

/**
 * Chronicle Map off the heap, not persisted, with generated flyweights for keys and values of constant size, which is the fastest of
 * what it offers. A get is {@code getUsing} into an object that is used again: it copies the value under the read lock. (A reference
 * into the map would save the copy, but is read after the lock is released, so a writer tears it.)
 */
final class ChronicleSubject implements Subject {
    /** What Chronicle Map wants of a recent JDK beyond {@code scripts/jvm.options}; for its own process only. */
    static final List<String> JVM_OPTIONS = List.of(
            "-Dchronicle.announcer.disable=true",
            "--add-opens=java.base/java.lang=ALL-UNNAMED",
            "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED",
            "--add-exports=jdk.compiler/com.sun.tools.javac.file=ALL-UNNAMED");

    private final ChronicleMap<ChronicleKey, ChronicleValue> map;

    ChronicleSubject(long records) {
        map = ChronicleMap.of(ChronicleKey.class, ChronicleValue.class)
                .name("bench")
                .entries(records)
                .putReturnsNull(true)
                .create();
    }

    @Override
    public Session open() {
        return new ChronicleSession(map);
    }

    @Override
    public void close() {
        map.close();
    }

    private static final class ChronicleSession implements Session {
        private final ChronicleMap<ChronicleKey, ChronicleValue> map;
        private final ChronicleKey key = Values.newHeapInstance(ChronicleKey.class);
        private final ChronicleValue read = Values.newHeapInstance(ChronicleValue.class);
        private final ChronicleValue written = Values.newHeapInstance(ChronicleValue.class);

        private ChronicleSession(ChronicleMap<ChronicleKey, ChronicleValue> map) {
            this.map = map;
        }

        @Override
        public long get(long seed, long number) {
            key.setSeed(seed);
            key.setNumber(number);
            ChronicleValue value = map.getUsing(key, read);
            if (value == null) {
                return Entry.MISSING;
            }
            long sum = value.getTail();
            for (int i = 0; i < Entry.WORDS; i++) {
                sum += value.getWordAt(i);
            }
            return sum;
        }

        @Override
        public void put(long seed, long number, long generation) {
            key.setSeed(seed);
            key.setNumber(number);
            for (int i = 0; i < Entry.WORDS; i++) {
                written.setWordAt(i, Entry.word(seed, generation, i));
            }
            written.setTail((int) seed);
            map.put(key, written);
        }

        @Override
        public void close() {}
    }
}
