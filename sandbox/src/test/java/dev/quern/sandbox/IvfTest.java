package dev.quern.sandbox;

import static dev.quern.sandbox.Rig.bytes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.kvstore.TableConfig;
import dev.quern.kvstore.TableKind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Approximate nearest neighbours: exact when all lists are looked at, near it when few are; alike with vector instructions and without. */
@Timeout(120)
class IvfTest {
    private static final byte[] KEY = bytes("faces");
    private static final byte[] TABLE = bytes("lists");
    private static final int DIMENSIONS = 18;
    private static final int LISTS = 16;

    /** Of {@code ivf}, by directory; the first runs everywhere. */
    private static Rig open(String runtime, String directory) throws FunctionRefusedException {
        Rig rig = new Rig(runtime);
        rig.tenant().createTable("lists", TableConfig.defaults().withKind(TableKind.ORDERED));
        byte[] module = Rig.module("examples/" + directory + "ivf");
        rig.functions().deploy(rig.tenant(), Rig.patient("ivf"), module, false);
        return rig;
    }

    private static void assertOk(Rig rig, int status) {
        assertEquals(FunctionStatus.OK, status, () -> rig.worker().outcome().error());
    }

    private static void assertReturned(Rig rig, int code, int status) {
        assertEquals(FunctionStatus.FAILED, status, () -> rig.worker().outcome().error());
        assertEquals(code, rig.worker().outcome().resultCode());
    }

    private static byte[] numbers(int... numbers) {
        ByteBuffer buffer = ByteBuffer.allocate(4 * numbers.length).order(ByteOrder.LITTLE_ENDIAN);
        for (int number : numbers) {
            buffer.putInt(number);
        }
        return buffer.array();
    }

    private static byte[] vectors(List<float[]> vectors) {
        ByteBuffer buffer = ByteBuffer.allocate(4 * DIMENSIONS * vectors.size()).order(ByteOrder.LITTLE_ENDIAN);
        for (float[] vector : vectors) {
            for (float element : vector) {
                buffer.putFloat(element);
            }
        }
        return buffer.array();
    }

    /** Summed up as dot.h says it does. */
    private static float dot(float[] a, float[] b) {
        float[] lanes = new float[4];
        for (int i = 0; i < a.length; i++) {
            lanes[i % 4] += a[i] * b[i];
        }
        return (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]);
    }

    /** Of length one, near one of some places. */
    private static float[] vector(Random random) {
        Random place = new Random(random.nextInt(LISTS));
        float[] vector = new float[DIMENSIONS];
        double squares = 0;
        for (int i = 0; i < DIMENSIONS; i++) {
            vector[i] = (float) (place.nextGaussian() + 0.3 * random.nextGaussian());
            squares += vector[i] * vector[i];
        }
        for (int i = 0; i < DIMENSIONS; i++) {
            vector[i] /= (float) Math.sqrt(squares);
        }
        return vector;
    }

    private record Found(String id, float product) {}

    private static List<Found> search(Rig rig, float[] wanted, int most, int lists) {
        assertOk(rig, rig.worker().call("ivf.search", KEY, TABLE, vectors(List.of(wanted)), numbers(most, lists)));
        List<Found> found = new ArrayList<>();
        ByteBuffer reply = rig.worker().replyNumbers();
        while (reply.hasRemaining()) {
            byte[] id = new byte[reply.getInt()];
            reply.get(id);
            found.add(new Found(new String(id, StandardCharsets.UTF_8), reply.getFloat()));
        }
        return found;
    }

    private static List<Found> exact(Map<String, float[]> model, float[] wanted, int most) {
        return model.entrySet().stream()
                .map(entry -> new Found(entry.getKey(), dot(entry.getValue(), wanted)))
                .sorted(Comparator.comparingDouble(found -> -found.product))
                .limit(most)
                .toList();
    }

    private static void train(Rig rig, int rounds) {
        Random random = new Random(20);
        List<float[]> samples = new ArrayList<>();
        for (int i = 0; i < 10 * LISTS; i++) {
            samples.add(vector(random));
        }
        assertOk(rig, rig.worker().call("ivf.train", KEY, TABLE, numbers(DIMENSIONS, LISTS, rounds), vectors(samples)));
    }

    private static int put(Rig rig, String id, float[] vector) {
        return rig.worker().call("ivf.put", KEY, TABLE, bytes(id), vectors(List.of(vector)));
    }

    @ParameterizedTest
    @CsvSource({"graalwasm,''", "graalwasm,simd/", "chicory,''"})
    void shouldFindWhatIsNearest(String runtime, String directory) throws FunctionRefusedException {
        try (Rig rig = open(runtime, directory)) {
            train(rig, 8);
            Random random = new Random(21);
            TreeMap<String, float[]> model = new TreeMap<>();
            for (int i = 0; i < 900; i++) {
                String id = "v" + random.nextInt(500);
                if (random.nextInt(5) == 0) {
                    int status = rig.worker().call("ivf.remove", KEY, TABLE, bytes(id));
                    if (model.remove(id) == null) {
                        assertReturned(rig, 3, status);
                    } else {
                        assertOk(rig, status);
                    }
                } else {
                    float[] vector = vector(random);
                    model.put(id, vector);
                    assertOk(rig, put(rig, id, vector));
                }
            }
            int near = 0;
            for (int i = 0; i < 50; i++) {
                float[] wanted = vector(random);
                List<Found> expected = exact(model, wanted, 10);
                assertEquals(expected, search(rig, wanted, 10, LISTS));
                assertEquals(expected, search(rig, wanted, 10, Integer.MAX_VALUE));
                assertEquals(expected.subList(0, 1), search(rig, wanted, 1, LISTS));
                Set<Found> some = new HashSet<>(search(rig, wanted, 10, 3));
                some.retainAll(expected);
                near += some.size();
            }
            assertTrue(near > 400, near + " of 500 found in 3 of 16 lists");
        }
    }

    /** Centroids, and what some calls replied. */
    private static List<Object> outcomes(String runtime, String directory) throws FunctionRefusedException {
        List<Object> outcomes = new ArrayList<>();
        try (Rig rig = open(runtime, directory)) {
            train(rig, 5);
            outcomes.add(
                    HexFormat.of().formatHex(Objects.requireNonNull(rig.worker().get(KEY))));
            Random random = new Random(22);
            for (int i = 0; i < 200; i++) {
                assertOk(rig, put(rig, "v" + i, vector(random)));
                outcomes.add(rig.worker().replyNumbers().getInt());
            }
            for (int i = 0; i < 50; i++) {
                outcomes.add(search(rig, vector(random), 20, 4));
            }
        }
        return outcomes;
    }

    /** With vector instructions and without, every step is the same to the last bit. */
    @ParameterizedTest
    @CsvSource({"graalwasm,simd/", "chicory,''"})
    void shouldBeTheSameOnEveryRuntime(String runtime, String directory) throws FunctionRefusedException {
        assertEquals(outcomes("graalwasm", ""), outcomes(runtime, directory));
    }

    @ParameterizedTest
    @ValueSource(strings = {"graalwasm", "chicory"})
    void shouldSayWhatIsWrong(String runtime) throws FunctionRefusedException {
        try (Rig rig = open(runtime, "")) {
            float[] vector = vector(new Random(23));
            byte[] query = vectors(List.of(vector));
            assertReturned(rig, 2, put(rig, "early", vector));
            assertReturned(rig, 2, rig.worker().call("ivf.search", KEY, TABLE, query, numbers(1, 1)));
            byte[] samples = new byte[4 * DIMENSIONS * LISTS];
            for (byte[] wrong : List.of(
                    numbers(DIMENSIONS, LISTS),
                    numbers(0, LISTS, 1),
                    numbers(1025, LISTS, 1),
                    numbers(DIMENSIONS, 0, 1),
                    numbers(DIMENSIONS, LISTS + 1, 1),
                    numbers(DIMENSIONS, LISTS, 101),
                    numbers(DIMENSIONS + 1, 1, 1))) {
                assertReturned(rig, 1, rig.worker().call("ivf.train", KEY, TABLE, wrong, samples));
            }
            train(rig, 0);
            train(rig, 1);
            assertReturned(rig, 1, rig.worker().call("ivf.put", KEY, bytes("none"), bytes("x"), query));
            assertReturned(rig, 1, rig.worker().call("ivf.put", KEY, TABLE, bytes(""), query));
            assertReturned(rig, 1, rig.worker().call("ivf.put", KEY, TABLE, bytes("x"), new byte[4 * DIMENSIONS - 4]));
            assertReturned(rig, 1, rig.worker().call("ivf.search", KEY, TABLE, query, numbers(101, 1)));
            assertReturned(rig, 1, rig.worker().call("ivf.search", KEY, TABLE, query, numbers(1, 0)));
            assertEquals(List.of(), search(rig, vector, 5, 1));
            assertOk(rig, put(rig, "first", vector));
            assertReturned(rig, 2, rig.worker().call("ivf.train", KEY, TABLE, numbers(DIMENSIONS, LISTS, 1), samples));
            assertEquals("first", search(rig, vector, 5, 1).getFirst().id());
        }
    }
}
