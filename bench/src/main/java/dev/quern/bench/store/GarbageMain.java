package dev.quern.bench.store;

import com.sun.management.ThreadMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.Locale;

/**
 * A process that runs a mix of gets and puts on one thread for a long time, half and half, and counts what the JVM allocated and
 * collected meanwhile.
 */
final class GarbageMain {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int BATCH = 1 << 16;

    private GarbageMain() {}

    /** Measures at the scale named. */
    public static void main(String[] arguments) {
        StoreScale scale = StoreScale.valueOf(arguments[0]);
        int[] numbers = KeySequence.ZIPF.draw(scale.records(), scale.sequenceLength());
        try (QuernSubject subject = new QuernSubject(scale.records());
                Subject.Session session = subject.open()) {
            for (int i = 0; i < scale.records(); i++) {
                session.put(Entry.seed(i), i, 0);
            }
            // Compiles, and lets what grows once grow.
            run(session, numbers, scale.mixedMs() / 10);
            long collectionsBefore = collections();
            long bytesBefore = THREADS.getCurrentThreadAllocatedBytes();
            long operations = run(session, numbers, scale.mixedMs());
            long bytes = THREADS.getCurrentThreadAllocatedBytes() - bytesBefore;
            print("operations", operations);
            print("bytes", bytes);
            print("collections", collections() - collectionsBefore);
        }
    }

    private static void print(String name, long value) {
        System.out.printf(Locale.ROOT, "%s mixed.%s %s%n", SubjectMain.FIGURE, name, value);
    }

    private static long run(Subject.Session session, int[] numbers, long ms) {
        long endNs = System.nanoTime() + ms * 1_000_000;
        long operations = 0;
        do {
            batch(session, numbers, operations);
            operations += BATCH;
        } while (System.nanoTime() < endNs);
        return operations;
    }

    private static void batch(Subject.Session session, int[] numbers, long start) {
        for (long i = start; i < start + BATCH; i++) {
            int number = numbers[(int) (i & numbers.length - 1)];
            long seed = Entry.seed(number);
            if ((i & 1) == 0) {
                session.put(seed, number, i);
            } else if (session.get(seed, number) != Entry.sum(seed)) {
                throw new IllegalStateException("a record is missing or torn: number=" + number);
            }
        }
    }

    private static long collections() {
        return ManagementFactory.getGarbageCollectorMXBeans().stream()
                .mapToLong(GarbageCollectorMXBean::getCollectionCount)
                .sum();
    }
}
