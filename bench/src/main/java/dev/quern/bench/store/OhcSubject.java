package dev.quern.bench.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.caffinitas.ohc.CacheSerializer;
import org.caffinitas.ohc.DirectValueAccess;
import org.caffinitas.ohc.Eviction;
import org.caffinitas.ohc.HashAlgorithm;
import org.caffinitas.ohc.OHCache;
import org.caffinitas.ohc.OHCacheBuilder;

/**
 * OHC, the off-heap cache that was made for Apache Cassandra, with eviction off. A get reads the value in place through {@code
 * getDirect}, which holds a reference to it meanwhile.
 */
final class OhcSubject implements Subject {
    /** Memory by {@code Unsafe} is a little faster here than by JNA, its default. */
    static final List<String> JVM_OPTIONS = List.of("-Dorg.caffinitas.ohc.allocator=unsafe");

    private static final int SEGMENTS = 16;

    /** Of its capacity for each record; more than it takes. */
    private static final long RECORD_BYTES_MAX = 400;

    private final OHCache<Pair, Pair> map;

    OhcSubject(int records) {
        map = OHCacheBuilder.<Pair, Pair>newBuilder()
                .keySerializer(new KeySerializer())
                .valueSerializer(new ValueSerializer())
                .capacity(Math.max(1 << 20, records * RECORD_BYTES_MAX))
                .segmentCount(SEGMENTS)
                .hashTableSize(Math.max(SEGMENTS, records / SEGMENTS))
                .hashMode(HashAlgorithm.CRC32C)
                .eviction(Eviction.NONE)
                .throwOOME(true)
                .build();
    }

    @Override
    public Session open() {
        return new OhcSession(map);
    }

    @Override
    public void close() {
        try {
            map.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a session hands to the serializers: a key's two words, or a value's seed and generation. */
    private static final class Pair {
        private long first;
        private long second;
    }

    private static final class OhcSession implements Session {
        private final OHCache<Pair, Pair> map;
        private final Pair key = new Pair();
        private final Pair value = new Pair();

        private OhcSession(OHCache<Pair, Pair> map) {
            this.map = map;
        }

        @Override
        public long get(long seed, long number) {
            key.first = seed;
            key.second = number;
            try (DirectValueAccess found = map.getDirect(key)) {
                return found == null
                        ? Entry.MISSING
                        : Entry.sumOfValue(found.buffer().order(ByteOrder.nativeOrder()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void put(long seed, long number, long generation) {
            key.first = seed;
            key.second = number;
            value.first = seed;
            value.second = generation;
            if (!map.put(key, value)) {
                throw new IllegalStateException("a record was not put: number=" + number);
            }
        }

        @Override
        public void close() {}
    }

    private static final class KeySerializer implements CacheSerializer<Pair> {
        @Override
        public void serialize(Pair key, ByteBuffer target) {
            target.order(ByteOrder.nativeOrder()).putLong(key.first).putLong(key.second);
        }

        @Override
        public Pair deserialize(ByteBuffer source) {
            source.order(ByteOrder.nativeOrder());
            Pair key = new Pair();
            key.first = source.getLong();
            key.second = source.getLong();
            return key;
        }

        @Override
        public int serializedSize(Pair key) {
            return Entry.KEY_BYTES;
        }
    }

    private static final class ValueSerializer implements CacheSerializer<Pair> {
        @Override
        public void serialize(Pair value, ByteBuffer target) {
            Entry.writeValue(target.order(ByteOrder.nativeOrder()), value.first, value.second);
        }

        @Override
        public Pair deserialize(ByteBuffer source) {
            throw new UnsupportedOperationException("values are read in place");
        }

        @Override
        public int serializedSize(Pair value) {
            return Entry.VALUE_BYTES;
        }
    }
}
