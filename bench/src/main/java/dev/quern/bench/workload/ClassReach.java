package dev.quern.bench.workload;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Which classes a class of the JDK depends on within two hops, by the function {@code graph}: from a few records to thousands in one call, on real data. Starts
 * are drawn from {@value #STARTS} classes, whose answers were worked out beforehand from the graph itself. One thread.
 */
public final class ClassReach implements Workload {
    private static final int STARTS = 512;
    private static final int HOPS = 2;
    private static final int SLOTS_MAX = 1 << 16;
    private static final int REPLY_BYTES = 12;
    private static final long SEED = 5;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final ClassGraph graph;
    private final SplittableRandom random = new SplittableRandom(SEED);
    private final int[] starts = new int[STARTS];
    private final int[] counts = new int[STARTS];
    private final int[] sums = new int[STARTS];
    private final int[] drawn = new int[SLOTS_MAX];
    private final double meanReach;
    private final int valueLengthMax;
    private final byte[] function = "graph.reach".getBytes(StandardCharsets.US_ASCII);
    private final Arguments arguments = new Arguments(64);

    /** @param graph of at least two classes */
    public ClassReach(ClassGraph graph) {
        this.graph = graph;
        long reached = 0;
        for (int i = 0; i < STARTS; i++) {
            starts[i] = random.nextInt(graph.size());
            int[] ids = graph.reach(starts[i], HOPS);
            counts[i] = ids.length - 1;
            for (int j = 1; j < ids.length; j++) {
                sums[i] += ids[j];
            }
            reached += counts[i];
        }
        meanReach = (double) reached / STARTS;
        int longest = 0;
        for (int id = 0; id < graph.size(); id++) {
            longest = Math.max(longest, graph.classValue(id).length);
        }
        valueLengthMax = longest;
    }

    @Override
    public String describe() {
        return String.format(
                Locale.ROOT,
                "classes within %d hops of a class of the JDK, %.0f on average; %,d records, %,d references",
                HOPS,
                meanReach,
                graph.size(),
                graph.referenceCount());
    }

    @Override
    public int valueLengthMax() {
        return valueLengthMax;
    }

    @Override
    public int records() {
        return graph.size();
    }

    @Override
    public List<StoredFunction> functions() {
        return List.of(StoredFunction.example("graph", true));
    }

    @Override
    public boolean load(int index, Endpoint endpoint, int slot) {
        byte[] key = ClassGraph.classKey(index);
        byte[] value = graph.classValue(index);
        return endpoint.put(key, key.length, value, value.length, slot);
    }

    @Override
    public void draw(int slot) {
        drawn[slot] = random.nextInt(STARTS);
    }

    @Override
    public boolean send(int slot, Endpoint endpoint) {
        arguments
                .clear()
                .begin()
                .u32(starts[drawn[slot]])
                .end()
                .begin()
                .u32(HOPS)
                .end();
        return endpoint.call(function, true, arguments.bytes(), arguments.length(), slot);
    }

    @Override
    public boolean take(int slot, Answer answer) {
        int at = drawn[slot];
        if (!answer.found()
                || answer.length() != REPLY_BYTES
                || answer.memory().get(INT, answer.offset()) != counts[at]
                || answer.memory().get(INT, answer.offset() + Integer.BYTES) != sums[at]) {
            throw new WrongAnswerException("not what class " + starts[at] + " reaches in " + HOPS + " hops");
        }
        return true;
    }
}
