package dev.quern.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.client.ClientConfig;
import dev.quern.client.ClientTable;
import dev.quern.client.KeyRange;
import dev.quern.client.PutOptions;
import dev.quern.client.QuernClient;
import dev.quern.client.QuernException;
import dev.quern.client.RangePage;
import dev.quern.client.ScanPage;
import dev.quern.client.SyncTable;
import dev.quern.client.TableOptions;
import dev.quern.client.Value;
import dev.quern.client.transport.ShmTransport;
import dev.quern.kvstore.WhenFull;
import dev.quern.server.port.UdpPorts;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every operation by the real client, over each way that its datagrams can take. */
@Timeout(60)
class NativeOperationsTest {
    enum Way {
        RECVMMSG,
        NIO,
        RING,
        RECVMMSG_TAGGED,
        RING_TAGGED,
        SHM,
        SHM_TAGGED,
        SHM_TWO_CORES,
        TWO_CORES
    }

    private static final long QUOTA_BYTES = 64 << 20;

    @TempDir
    private Path directory;

    private @Nullable EmbeddedQuern quern;
    private @Nullable QuernClient opened;

    private QuernClient open(Way way) throws IOException {
        boolean tagged = way.name().endsWith("_TAGGED");
        EmbeddedQuern started = Quern.embedded(ServerConfig.builder()
                .cores(way.name().endsWith("TWO_CORES") ? 2 : 1)
                .udp("127.0.0.1:0")
                .udpDriver(way == Way.NIO ? UdpPorts.Driver.NIO : UdpPorts.Driver.NATIVE)
                .resp("off")
                .shm(way.name().startsWith("SHM") ? directory.resolve("shm").toString() : "off")
                .tenant(new TenantSettings("t", tagged ? "secret" : "", QUOTA_BYTES, WhenFull.REFUSE))
                .build());
        quern = started;
        ClientConfig.Builder config = ClientConfig.builder()
                .address(started.server().udpAddress())
                .tenant("t")
                .secret(tagged ? "secret" : "")
                .requestTimeout(Duration.ofSeconds(30));
        if (way.name().startsWith("SHM")) {
            config.transport(ShmTransport.to(directory.resolve("shm")));
        }
        QuernClient client = way == Way.RING || way == Way.RING_TAGGED
                ? started.client(config)
                : QuernClient.connect(config.build());
        opened = client;
        return client;
    }

    @AfterEach
    void close() {
        if (opened != null) {
            opened.close();
        }
        if (quern != null) {
            quern.close();
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    @ParameterizedTest
    @EnumSource
    void shouldDoEveryOperationOfOneRecord(Way way) throws Exception {
        SyncTable table = open(way).table().sync();
        assertNull(table.get(bytes("k")));
        long first = table.put(bytes("k"), bytes("v"));
        assertArrayEquals(bytes("v"), table.get(bytes("k")));
        assertEquals(new Value(first, bytes("v")).version(), version(table, "k"));
        assertEquals(0, table.put(bytes("k"), bytes("w"), PutOptions.ALWAYS.ifAbsent()));
        assertEquals(0, table.put(bytes("absent"), bytes("w"), PutOptions.ALWAYS.ifPresent()));
        assertEquals(0, table.compareAndSet(bytes("k"), first + 1_000, bytes("w")));
        long second = table.compareAndSet(bytes("k"), first, bytes("w"));
        assertTrue(second != 0 && second != first);
        assertEquals(5, table.increment(bytes("n"), 5));
        assertEquals(-2, table.increment(bytes("n"), -7));
        assertArrayEquals(bytes("-2"), table.get(bytes("n")));
        assertThrows(QuernException.class, () -> table.increment(bytes("k"), 1));
        assertTrue(table.expire(bytes("k"), Duration.ofHours(1)));
        long ttlMs = table.timeToLive(bytes("k"));
        assertTrue(ttlMs > 3_000_000 && ttlMs <= 3_600_000, "ttl " + ttlMs);
        assertNotNull(table.put(bytes("k"), bytes("x"), PutOptions.ALWAYS.keepExpiry()));
        assertTrue(table.timeToLive(bytes("k")) > 3_000_000);
        assertTrue(table.persist(bytes("k")));
        assertEquals(ClientTable.TTL_NEVER_EXPIRES, table.timeToLive(bytes("k")));
        assertEquals(ClientTable.TTL_NO_RECORD, table.timeToLive(bytes("absent")));
        assertFalse(table.expire(bytes("absent"), Duration.ofHours(1)));
        assertTrue(table.delete(bytes("k")));
        assertFalse(table.delete(bytes("k")));
        assertNull(table.get(bytes("k")));
        table.put(bytes("empty"), new byte[0]);
        assertArrayEquals(new byte[0], table.get(bytes("empty")));
    }

    private static long version(SyncTable table, String key) {
        Value value = table.getVersioned(bytes(key));
        assertNotNull(value);
        return value.version();
    }

    @ParameterizedTest
    @EnumSource
    void shouldExpireRecords(Way way) throws Exception {
        SyncTable table = open(way).table().sync();
        table.put(bytes("k"), bytes("v"), PutOptions.ALWAYS.expireAfter(Duration.ofMillis(20)));
        Await.until("expired", () -> table.get(bytes("k")) == null);
        assertEquals(ClientTable.TTL_NO_RECORD, table.timeToLive(bytes("k")));
    }

    @ParameterizedTest
    @EnumSource
    void shouldGetManyAndScanAll(Way way) throws Exception {
        QuernClient client = open(way);
        ClientTable table = client.table("many");
        Set<String> expected = new HashSet<>();
        List<CompletableFuture<Long>> puts = new ArrayList<>();
        for (int i = 0; i < 3_000; i++) {
            expected.add("key-" + i);
            puts.add(table.put(bytes("key-" + i), bytes("value-" + i)));
        }
        puts.forEach(client::await);
        List<@Nullable Value> values = table.sync().multiGet(List.of(bytes("key-1"), bytes("none"), bytes("key-2999")));
        assertEquals("value-1", text(values.get(0)));
        assertNull(values.get(1));
        assertEquals("value-2999", text(values.get(2)));
        Set<String> seen = new HashSet<>();
        long cursor = 0;
        do {
            ScanPage page = client.await(table.scan(cursor, 500, true));
            for (ScanPage.Entry entry : page.entries()) {
                String key = new String(entry.key(), UTF_8);
                assertArrayEquals(bytes(key.replace("key", "value")), entry.value());
                seen.add(key);
            }
            cursor = page.cursor();
        } while (cursor != 0);
        assertEquals(expected, seen);
        assertNull(client.table().sync().get(bytes("key-1")), "tables are apart");
        assertThrows(QuernException.class, () -> client.await(client.openTable("none", TableOptions.ANY.existing())));
    }

    @ParameterizedTest
    @EnumSource
    void shouldWalkAnOrderedTableBothWaysInSteps(Way way) throws Exception {
        QuernClient client = open(way);
        ClientTable table = client.orderedTable("ordered");
        List<String> expected = new ArrayList<>();
        List<CompletableFuture<Long>> puts = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            String key = "%s-%04d".formatted(i % 2 == 0 ? "even" : "odd", i);
            expected.add(key);
            puts.add(table.put(bytes(key), bytes("value of " + key)));
        }
        puts.forEach(client::await);
        expected.sort(Comparator.naturalOrder());
        assertEquals(expected, walk(table, KeyRange.all()));
        List<String> odd = expected.subList(1_000, 2_000);
        assertEquals(odd, walk(table, KeyRange.prefix(bytes("odd-"))));
        assertEquals(odd.reversed(), walk(table, KeyRange.prefix(bytes("odd-")).backwards()));
        KeyRange middle = KeyRange.all().after(bytes("even-0010")).upTo(bytes("even-0020"));
        assertEquals(expected.subList(6, 11), walk(table, middle));
        assertEquals(
                expected.subList(5, 10),
                walk(table, KeyRange.all().from(bytes("even-0010")).before(bytes("even-0020"))));
    }

    private static List<String> walk(ClientTable table, KeyRange range) {
        List<String> keys = new ArrayList<>();
        for (KeyRange rest = range; rest != null; ) {
            RangePage page = table.sync().range(rest, 300, true);
            for (ScanPage.Entry entry : page.entries()) {
                String key = new String(entry.key(), UTF_8);
                assertArrayEquals(bytes("value of " + key), entry.value());
                keys.add(key);
            }
            rest = page.rest();
        }
        return keys;
    }

    @ParameterizedTest
    @EnumSource(names = "NIO")
    void shouldRefuseARangeOfAHashTable(Way way) throws Exception {
        QuernClient client = open(way);
        ClientTable table = client.table("hashed");
        assertThrows(QuernException.BadRequest.class, () -> client.await(table.range(KeyRange.all(), 10, false)));
        assertThrows(QuernException.BadRequest.class, () -> client.orderedTable("hashed"));
    }

    @ParameterizedTest
    @EnumSource
    void shouldOpenTablesThatEvict(Way way) throws Exception {
        QuernClient client = open(way);
        TableOptions evicting = TableOptions.ANY.evicting();
        for (ClientTable cache :
                List.of(client.table("cache", evicting), client.table("ordered-cache", evicting.ordered()))) {
            byte[] value = new byte[500_000];
            for (int i = 0; i < 200; i++) {
                assertTrue(cache.sync().put(bytes("key-" + i), value) > 0);
            }
            assertNull(cache.sync().get(bytes("key-0")), "100 MB do not fit");
            assertNotNull(cache.sync().get(bytes("key-199")));
        }
    }

    @ParameterizedTest
    @EnumSource(names = "NIO")
    void shouldRefuseATableThatIsNotAsTheOptionsAsk(Way way) throws Exception {
        QuernClient client = open(way);
        client.orderedTable("ordered");
        client.table("cache", TableOptions.ANY.evicting());
        TableOptions both = TableOptions.ANY.ordered().evicting();
        QuernException refuses = assertThrows(QuernException.BadRequest.class, () -> client.table("ordered", both));
        assertTrue(String.valueOf(refuses.getMessage()).contains("does not evict"), refuses.getMessage());
        QuernException unordered = assertThrows(QuernException.BadRequest.class, () -> client.table("cache", both));
        assertTrue(String.valueOf(unordered.getMessage()).contains("is a hash table"), unordered.getMessage());
        assertThrows(QuernException.BadRequest.class, () -> client.table("default", TableOptions.ANY.evicting()));
        assertSame(
                client.table("cache"),
                client.table("cache", TableOptions.ANY.evicting().existing()));
    }

    private static String text(@Nullable Value value) {
        assertNotNull(value);
        return value.text();
    }

    @ParameterizedTest
    @EnumSource
    void shouldCarryValuesLongerThanADatagram(Way way) throws Exception {
        QuernClient client = open(way);
        SyncTable table = client.table().sync();
        SplittableRandom random = new SplittableRandom(17);
        for (int length : new int[] {1_300, 1_400, 16_000, 16_300, 16_400, 100_000, 5_000_000, 16 << 20}) {
            byte[] value = new byte[length];
            random.nextBytes(value);
            table.put(bytes("big"), value);
            assertArrayEquals(value, table.get(bytes("big")), "length " + length);
        }
        List<@Nullable Value> both = table.multiGet(List.of(bytes("big"), bytes("none")));
        assertEquals(16 << 20, notNull(both.get(0)).bytes().length);
        table.put(bytes("big2"), new byte[1 << 20]);
        QuernException tooLong =
                assertThrows(QuernException.class, () -> table.multiGet(List.of(bytes("big"), bytes("big2"))));
        assertTrue(String.valueOf(tooLong.getMessage()).contains("REPLY_TOO_LARGE"), tooLong.getMessage());
        // A long request with no memory of its own is answered again, too.
        List<byte[]> keys = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            keys.add(bytes("x".repeat(1_000) + i));
        }
        assertEquals(300, table.multiGet(keys).size());
    }

    private static Value notNull(@Nullable Value value) {
        assertNotNull(value);
        return value;
    }

    @ParameterizedTest
    @EnumSource
    void shouldRefuseAWrongSecretAndAnUnknownTenantAlike(Way way) throws Exception {
        open(way);
        EmbeddedQuern started = quern;
        assertNotNull(started);
        String first = null;
        for (String tenant : List.of("t", "unknown")) {
            QuernException.Refused refused = assertThrows(
                    QuernException.Refused.class,
                    () -> QuernClient.connect(ClientConfig.builder()
                            .address(started.server().udpAddress())
                            .tenant(tenant)
                            .secret("wrong")
                            .build()));
            String message = String.valueOf(refused.getMessage()).replace("tenant " + tenant, "tenant …");
            assertEquals(first == null ? message : first, message);
            first = message;
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldTellItsCounters(Way way) throws Exception {
        QuernClient client = open(way);
        client.table().sync().put(bytes("k"), bytes("v"));
        var stats = client.await(client.stats());
        assertEquals("t", stats.get("tenant"));
        assertTrue(Long.parseLong(String.valueOf(stats.get("requests"))) > 0);
        client.await(client.ping());
        assertInstanceOf(String.class, stats.get("tenant_charged_bytes"));
    }
}
