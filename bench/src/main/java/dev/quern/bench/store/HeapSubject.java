package dev.quern.bench.store;

import java.util.concurrent.ConcurrentHashMap;

/** {@link ConcurrentHashMap} from keys to arrays, on the heap: a get reads the array in place; a put makes a new one. */
final class HeapSubject implements Subject {
    private final ConcurrentHashMap<Key, byte[]> map;

    HeapSubject(int records) {
        map = new ConcurrentHashMap<>(records);
    }

    @Override
    public Session open() {
        return new HeapSession(map);
    }

    @Override
    public void close() {
        map.clear();
    }

    private static final class HeapSession implements Session {
        private final ConcurrentHashMap<Key, byte[]> map;

        /** Written anew for each lookup, so that looking up makes no garbage. Never left in the map. */
        private final Key probe = new Key(new byte[Entry.KEY_BYTES]);

        private HeapSession(ConcurrentHashMap<Key, byte[]> map) {
            this.map = map;
        }

        @Override
        public long get(long seed, long number) {
            Entry.writeKey(probe.bytes, seed, number);
            byte[] value = map.get(probe);
            return value == null ? Entry.MISSING : Entry.sumOfValue(value);
        }

        @Override
        public void put(long seed, long number, long generation) {
            Entry.writeKey(probe.bytes, seed, number);
            byte[] value = new byte[Entry.VALUE_BYTES];
            Entry.writeValue(value, seed, generation);
            if (map.replace(probe, value) == null) {
                map.put(new Key(probe.bytes.clone()), value);
            }
        }

        @Override
        public void close() {}
    }

    /** Bytes as a key. */
    private static final class Key {
        private final byte[] bytes;

        private Key(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Key key
                    && Entry.keyWord(bytes, 0) == Entry.keyWord(key.bytes, 0)
                    && Entry.keyWord(bytes, 1) == Entry.keyWord(key.bytes, 1);
        }

        @Override
        public int hashCode() {
            return Long.hashCode(Entry.keyWord(bytes, 0) + Entry.keyWord(bytes, 1));
        }
    }
}
