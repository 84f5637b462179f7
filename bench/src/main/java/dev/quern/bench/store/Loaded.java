package dev.quern.bench.store;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The one subject of this process, loaded once for all of JMH's trials. */
@State(Scope.Benchmark)
public class Loaded {
    /** Loading takes longer than measuring, so a process serves every trial of its subject. */
    private static @Nullable Subject subject;

    private static int records;
    private static int sequenceLength;

    /** One of {@link KeySequence}. */
    @Param({"uniform", "zipf"})
    public String distribution = "uniform";

    private int[] numbers = new int[0];

    /** Puts every record. */
    static void load(Subject loaded, int recordCount, int sequence) {
        subject = loaded;
        records = recordCount;
        sequenceLength = sequence;
        try (Subject.Session session = loaded.open()) {
            for (int i = 0; i < recordCount; i++) {
                session.put(Entry.seed(i), i, 0);
            }
        }
    }

    static Subject subject() {
        Subject loaded = subject;
        if (loaded == null) {
            throw new IllegalStateException("nothing is loaded: these run within bench store only");
        }
        return loaded;
    }

    static int records() {
        return records;
    }

    /** Draws the numbers of the records to ask for. */
    @Setup(Level.Trial)
    public void draw() {
        numbers = KeySequence.valueOf(distribution.toUpperCase(Locale.ROOT)).draw(records, sequenceLength);
    }

    /** Numbers of records; the length is a power of two. */
    int[] numbers() {
        return numbers;
    }
}
