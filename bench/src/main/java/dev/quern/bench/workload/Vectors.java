package dev.quern.bench.workload;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * The nearest of a set of vectors, by the function {@code nearest}: each call makes a dot product with every one of them, where they lie. {@value #QUERIES} vectors
 * are asked for, whose answers were worked out beforehand. For Quern's own protocol: the vectors are in a table in the order of its keys. One thread.
 */
public final class Vectors implements Workload {
    private static final int DIMENSIONS = 64;
    private static final int QUERIES = 64;
    private static final int FOUND = 10;
    private static final int KEY_BYTES = 4;
    private static final int SLOTS_MAX = 1 << 16;
    private static final long SEED = 77;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private final float[][] vectors;
    private final float[][] queries = new float[QUERIES][];
    private final int[] nearest = new int[QUERIES];
    private final int[] drawn = new int[SLOTS_MAX];
    private final SplittableRandom random = new SplittableRandom(SEED);
    private final byte[] function = "nearest".getBytes(StandardCharsets.US_ASCII);
    private final byte[] table;
    private final byte[] key = new byte[KEY_BYTES];
    private final Arguments arguments = new Arguments(DIMENSIONS * Float.BYTES + 256);

    /**
     * @param count of vectors; two at least
     * @param table that they are in
     */
    public Vectors(int count, String table) {
        if (count < 2) {
            throw new IllegalArgumentException("a search among vectors has two or more, not " + count);
        }
        this.table = table.getBytes(StandardCharsets.UTF_8);
        vectors = new float[count][];
        for (int i = 0; i < count; i++) {
            vectors[i] = unitVector();
        }
        for (int i = 0; i < QUERIES; i++) {
            queries[i] = unitVector();
            nearest[i] = nearestTo(queries[i]);
        }
    }

    private float[] unitVector() {
        float[] vector = new float[DIMENSIONS];
        double sum = 0;
        for (int i = 0; i < DIMENSIONS; i++) {
            vector[i] = (float) random.nextGaussian();
            sum += vector[i] * vector[i];
        }
        for (int i = 0; i < DIMENSIONS; i++) {
            vector[i] /= (float) Math.sqrt(sum);
        }
        return vector;
    }

    private int nearestTo(float[] query) {
        int best = 0;
        double most = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < vectors.length; i++) {
            double product = 0;
            for (int j = 0; j < DIMENSIONS; j++) {
                product += (double) vectors[i][j] * query[j];
            }
            if (product > most) {
                most = product;
                best = i;
            }
        }
        return best;
    }

    @Override
    public String describe() {
        return String.format(
                Locale.ROOT, "the %d nearest of %,d vectors of %d float32", FOUND, vectors.length, DIMENSIONS);
    }

    @Override
    public int valueLengthMax() {
        return Math.max(DIMENSIONS * Float.BYTES, FOUND * (2 * Integer.BYTES + KEY_BYTES));
    }

    @Override
    public int records() {
        return vectors.length;
    }

    @Override
    public List<StoredFunction> functions() {
        return List.of(StoredFunction.exampleOfOurs("nearest", true));
    }

    @Override
    public boolean load(int index, Endpoint endpoint, int slot) {
        for (int i = 0; i < KEY_BYTES; i++) {
            key[i] = (byte) (index >>> (KEY_BYTES - 1 - i) * Byte.SIZE);
        }
        floats(arguments.clear(), vectors[index]);
        byte[] value = arguments.bytes();
        int length = DIMENSIONS * Float.BYTES;
        System.arraycopy(value, arguments.length() - length, value, 0, length);
        return endpoint.put(key, KEY_BYTES, value, length, slot);
    }

    private static void floats(Arguments target, float[] vector) {
        for (float each : vector) {
            Arguments ignored = target.u32(Float.floatToRawIntBits(each));
        }
    }

    @Override
    public void draw(int slot) {
        drawn[slot] = random.nextInt(QUERIES);
    }

    @Override
    public boolean send(int slot, Endpoint endpoint) {
        arguments.clear().add(table, table.length).begin().end().begin();
        floats(arguments, queries[drawn[slot]]);
        arguments.end().begin().u32(FOUND).end();
        return endpoint.call(function, true, arguments.bytes(), arguments.length(), slot);
    }

    @Override
    public boolean take(int slot, Answer answer) {
        int wanted = nearest[drawn[slot]];
        if (!answer.found()
                || answer.length() < 2 * Integer.BYTES + KEY_BYTES
                || answer.memory().get(INT, answer.offset() + Integer.BYTES) != wanted) {
            throw new WrongAnswerException("the nearest vector is " + wanted + ", and another was found");
        }
        return true;
    }
}
