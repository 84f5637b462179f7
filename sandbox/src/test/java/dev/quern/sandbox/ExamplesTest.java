package dev.quern.sandbox;

import static dev.quern.sandbox.Rig.bytes;
import static dev.quern.sandbox.Rig.number;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quern.kvstore.Table;
import dev.quern.kvstore.TableConfig;
import dev.quern.kvstore.TableKind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each of the library's functions against the same in plain Java, on random input. */
@Timeout(120)
class ExamplesTest {
    private static Table ordered(Rig rig, String name) {
        return rig.tenant().createTable(name, TableConfig.defaults().withKind(TableKind.ORDERED));
    }

    private static void assertOk(Rig rig, int status) {
        assertEquals(FunctionStatus.OK, status, () -> rig.worker().outcome().error());
    }

    private static void assertReturned(Rig rig, int code, int status) {
        assertEquals(FunctionStatus.FAILED, status, () -> rig.worker().outcome().error());
        assertEquals(code, rig.worker().outcome().resultCode());
    }

    @ParameterizedTest
    @ValueSource(strings = {"graalwasm", "chicory"})
    void shouldAggregateOverAPrefix(String runtime) throws FunctionRefusedException {
        try (Rig rig = new Rig(runtime)) {
            Table sales = ordered(rig, "sales");
            rig.example("aggregate");
            TreeMap<String, Long> model = new TreeMap<>();
            Random random = new Random(1);
            for (int i = 0; i < 500; i++) {
                model.put("p" + Integer.toString(random.nextInt(5000), 5), random.nextLong(-1_000_000, 1_000_000));
            }
            model.forEach((key, value) -> rig.worker().put(sales, bytes(key), bytes(Long.toString(value))));
            for (String prefix : new String[] {"", "p", "p1", "p12", "p123", "p1234", "q"}) {
                LongSummaryStatistics expected = model.entrySet().stream()
                        .filter(entry -> entry.getKey().startsWith(prefix))
                        .mapToLong(Map.Entry::getValue)
                        .summaryStatistics();
                assertOk(rig, rig.worker().call("aggregate", bytes("sales"), bytes(prefix)));
                assertEquals(
                        expected.getCount() == 0
                                ? "0"
                                : expected.getCount() + " " + expected.getSum() + " " + expected.getMin() + " "
                                        + expected.getMax() + " " + expected.getSum() / expected.getCount(),
                        rig.worker().replyText());
            }
            rig.worker().put(sales, bytes("x1"), bytes(Long.toString(Long.MAX_VALUE)));
            rig.worker().put(sales, bytes("x2"), bytes("1"));
            assertReturned(rig, 3, rig.worker().call("aggregate", bytes("sales"), bytes("x")));
            rig.worker().put(sales, bytes("y"), bytes("abc"));
            assertReturned(rig, 2, rig.worker().call("aggregate", bytes("sales"), bytes("y")));
            assertReturned(rig, 1, rig.worker().call("aggregate", bytes("none"), bytes("")));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"graalwasm", "chicory"})
    void shouldKeepASecondaryIndexInStep(String runtime) throws FunctionRefusedException {
        try (Rig rig = new Rig(runtime)) {
            ordered(rig, "by-value");
            rig.example("index");
            byte[] index = bytes("by-value");
            TreeMap<String, String> model = new TreeMap<>();
            Random random = new Random(2);
            for (int i = 0; i < 1000; i++) {
                String key = "k" + random.nextInt(40);
                String value = "v" + random.nextInt(12);
                switch (random.nextInt(4)) {
                    case 0 -> {
                        boolean there = model.remove(key) != null;
                        int status = rig.worker().call("index.remove", index, bytes(key));
                        if (there) {
                            assertOk(rig, status);
                        } else {
                            assertReturned(rig, 2, status);
                        }
                    }
                    case 1 -> {
                        assertOk(rig, rig.worker().call("index.find", index, bytes(value)));
                        StringBuilder expected = new StringBuilder();
                        model.forEach((at, is) -> expected.append(is.equals(value) ? at + "\n" : ""));
                        assertEquals(expected.toString(), rig.worker().replyText());
                    }
                    default -> {
                        model.put(key, value);
                        assertOk(rig, rig.worker().call("index.put", index, bytes(key), bytes(value)));
                    }
                }
                assertEquals(model.get(key), rig.worker().get(key));
            }
            assertReturned(rig, 1, rig.worker().call("index.put", index, bytes("k"), bytes("a\0b")));
            rig.worker().put("alone", "never indexed");
            assertReturned(rig, 3, rig.worker().call("index.put", index, bytes("alone"), bytes("now")));
            assertEquals("never indexed", rig.worker().get("alone"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"graalwasm", "chicory"})
    void shouldLimitRatesByATokenBucket(String runtime) throws FunctionRefusedException {
        try (Rig rig = new Rig(runtime)) {
            rig.example("ratelimit");
            // A token in 1,000 seconds: what flows in while the test runs is less than one.
            byte[] key = bytes("user 7");
            for (int i = 0; i < 5; i++) {
                assertOk(rig, rig.worker().call("ratelimit", key, number(10), number(1), number(2)));
                assertEquals("1 0", rig.worker().replyText());
            }
            Table table = rig.tenant().defaultTable();
            long nowMs = System.currentTimeMillis();
            long future = nowMs + 3_600_000;
            // A bucket whose time lies ahead fills no further, so that its answers are exact.
            rig.worker().put(table, bytes("b"), bucket(2500, future));
            assertOk(rig, rig.worker().call("ratelimit", bytes("b"), number(10), number(2), number(4)));
            assertEquals("0 750", rig.worker().replyText());
            assertOk(rig, rig.worker().call("ratelimit", bytes("b"), number(10), number(2), number(0)));
            assertEquals("1 0", rig.worker().replyText());
            // One that was last seen long ago is full, whatever it holds.
            rig.worker().put(table, bytes("old"), bucket(0, nowMs - 3_600_000));
            assertOk(rig, rig.worker().call("ratelimit", bytes("old"), number(10), number(1), number(10)));
            assertEquals("1 0", rig.worker().replyText());
            rig.worker().put(table, bytes("zero"), bucket(0, 0));
            assertOk(rig, rig.worker().call("ratelimit", bytes("zero"), number(-1), number(-1), number(-1)));
            assertEquals("1 0", rig.worker().replyText());
            rig.worker().put("odd", "no bucket");
            assertReturned(rig, 2, rig.worker().call("ratelimit", bytes("odd"), number(10), number(1), number(1)));
            assertReturned(rig, 1, rig.worker().call("ratelimit", key, number(10), number(1), number(11)));
            assertReturned(rig, 1, rig.worker().call("ratelimit", key, number(10), number(0), number(1)));
        }
    }

    private static byte[] bucket(long thousandths, long unixMs) {
        return ByteBuffer.allocate(16)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(thousandths)
                .putLong(unixMs)
                .array();
    }

    /** A counter of the model; its place is that of its record's. */
    private static final class Counted {
        private String name;
        private int count;
        private int error;

        Counted(String name) {
            this.name = name;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"graalwasm", "chicory"})
    void shouldCountTheMostFrequentInBoundedSpace(String runtime) throws FunctionRefusedException {
        try (Rig rig = new Rig(runtime)) {
            rig.example("topk");
            List<Counted> model = new ArrayList<>();
            Map<String, Integer> truth = new LinkedHashMap<>();
            Random random = new Random(3);
            int k = 12;
            for (int i = 0; i < 1500; i++) {
                String name = "n" + (int) Math.abs(random.nextGaussian() * 9);
                truth.merge(name, 1, Integer::sum);
                assertOk(rig, rig.worker().call("topk.add", bytes("top"), number(k), bytes(name)));
                Counted mine = model.stream()
                        .filter(one -> one.name.equals(name))
                        .findFirst()
                        .orElse(null);
                if (mine == null && model.size() < k) {
                    mine = new Counted(name);
                    model.add(mine);
                } else if (mine == null) {
                    mine = model.stream()
                            .min(Comparator.comparingInt(one -> one.count))
                            .orElseThrow();
                    mine.name = name;
                    mine.error = mine.count;
                }
                mine.count++;
            }
            StringBuilder expected = new StringBuilder();
            model.stream()
                    .sorted(Comparator.comparingInt(one -> -one.count))
                    .limit(8)
                    .forEach(one -> expected.append(one.name + " " + one.count + " " + one.error + "\n"));
            assertOk(rig, rig.worker().call("topk.read", bytes("top"), number(8)));
            assertEquals(expected.toString(), rig.worker().replyText());
            for (Counted one : model) {
                int real = truth.getOrDefault(one.name, 0);
                assertEquals(real, Math.clamp(real, one.count - one.error, one.count));
            }
            assertOk(rig, rig.worker().call("topk.read", bytes("none"), number(8)));
            assertEquals("", rig.worker().replyText());
            assertReturned(rig, 1, rig.worker().call("topk.add", bytes("top"), number(0), bytes("x")));
            rig.worker().put("odd", "no counters");
            assertReturned(rig, 2, rig.worker().call("topk.read", bytes("odd"), number(8)));
        }
    }

    /** Summed up as nearest.c says it does. */
    private static float product(float[] a, float[] b) {
        float[] lanes = new float[4];
        for (int i = 0; i < a.length; i++) {
            lanes[i % 4] += a[i] * b[i];
        }
        return (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]);
    }

    private static byte[] vector(float[] elements) {
        ByteBuffer buffer = ByteBuffer.allocate(4 * elements.length).order(ByteOrder.LITTLE_ENDIAN);
        for (float element : elements) {
            buffer.putFloat(element);
        }
        return buffer.array();
    }

    @ParameterizedTest
    @CsvSource({"graalwasm,''", "graalwasm,simd/", "chicory,''"})
    void shouldFindTheNearestVectors(String runtime, String directory) throws FunctionRefusedException {
        try (Rig rig = new Rig(runtime)) {
            Table table = ordered(rig, "vectors");
            byte[] module = Rig.module("examples/" + directory + "nearest");
            rig.functions().deploy(rig.tenant(), Rig.patient("nearest"), module, false);
            Random random = new Random(4);
            for (int dimensions : new int[] {1, 3, 4, 7, 64}) {
                TreeMap<String, float[]> model = new TreeMap<>();
                for (int i = 0; i < 300; i++) {
                    float[] elements = new float[dimensions];
                    for (int j = 0; j < dimensions; j++) {
                        elements[j] = random.nextInt(5) - 2;
                    }
                    model.put(dimensions + "/" + i, elements);
                }
                model.forEach((key, elements) -> rig.worker().put(table, bytes(key), vector(elements)));
                float[] wanted = new float[dimensions];
                for (int j = 0; j < dimensions; j++) {
                    wanted[j] = random.nextFloat();
                }
                for (int most : new int[] {0, 1, 10, 100}) {
                    ByteBuffer expected = ByteBuffer.allocate(100 * 64).order(ByteOrder.LITTLE_ENDIAN);
                    model.entrySet().stream()
                            .sorted(Comparator.comparingDouble(entry -> -product(entry.getValue(), wanted)))
                            .limit(most)
                            .forEach(entry -> expected.putInt(entry.getKey().length())
                                    .put(bytes(entry.getKey()))
                                    .putFloat(product(entry.getValue(), wanted)));
                    byte[] all = new byte[expected.flip().remaining()];
                    expected.get(all);
                    assertOk(
                            rig,
                            rig.worker()
                                    .call(
                                            "nearest",
                                            bytes("vectors"),
                                            bytes(dimensions + "/"),
                                            vector(wanted),
                                            number(most)));
                    assertArrayEquals(all, rig.worker().reply());
                }
            }
            assertReturned(
                    rig,
                    2,
                    rig.worker().call("nearest", bytes("vectors"), bytes("64/"), vector(new float[] {1}), number(1)));
            assertReturned(
                    rig, 1, rig.worker().call("nearest", bytes("vectors"), bytes("64/"), bytes("abc"), number(1)));
        }
    }
}
