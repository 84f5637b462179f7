package dev.quern.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Repeats measurements of several cases in turns, so that what disturbs the machine disturbs subject and peers alike, and keeps
 * the medians. Runs on the caller's thread.
 */
public final class Rounds {
    /** One case measured once. */
    @FunctionalInterface
    public interface Measurement {
        /**
         * Measures once.
         *
         * @return the figure, such as operations per second
         * @throws Exception when the run failed
         */
        double once() throws Exception;
    }

    private final Map<String, Measurement> cases = new LinkedHashMap<>();
    private final Map<String, Samples> samples = new LinkedHashMap<>();

    /** Adds a case; they run in the order of their adding. */
    public Rounds add(String name, Measurement measurement) {
        if (cases.putIfAbsent(name, measurement) != null) {
            throw new IllegalArgumentException("a case of this name was added already: name=" + name);
        }
        samples.put(name, new Samples());
        return this;
    }

    /** Runs every case {@code rounds} times, in turns, each after a wait for an idle machine. */
    public Rounds run(BenchContext context, int rounds) throws Exception {
        for (int round = 0; round < rounds; round++) {
            for (Map.Entry<String, Measurement> each : cases.entrySet()) {
                context.awaitIdle();
                samples(each.getKey()).add(each.getValue().once());
            }
        }
        return this;
    }

    /** What was measured of a case. */
    public Samples samples(String name) {
        Samples found = samples.get(name);
        if (found == null) {
            throw new IllegalArgumentException("no such case: name=" + name + ", cases=" + cases.keySet());
        }
        return found;
    }

    /** The median of a case. */
    public double median(String name) {
        return samples(name).median();
    }

    /** The figures of one case. */
    public static final class Samples {
        private final List<Double> values = new ArrayList<>();

        /** Adds one. */
        public void add(double value) {
            values.add(value);
        }

        /** How many there are. */
        public int count() {
            return values.size();
        }

        /** The middle figure; the mean of the two middle ones when their count is even. */
        public double median() {
            if (values.isEmpty()) {
                throw new IllegalStateException("nothing was measured yet: run the rounds first");
            }
            List<Double> sorted = values.stream().sorted().toList();
            int middle = sorted.size() / 2;
            return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
        }

        public double min() {
            return values.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
        }

        public double max() {
            return values.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
        }
    }
}
