package dev.quern.bench;

import dev.quern.ffi.linux.Affinity;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/**
 * How long a word takes from one processor to another and back: two threads, bound to one each, answer one another through a cache line. A host
 * that gives a virtual machine now two threads of one core and now two cores, changes it by a factor, and with it all that two processes
 * have to say to each other through memory.
 *
 * @param medianNs of all batches, in nanoseconds a trip there and back; 0 where there is one processor alone
 * @param leastNs the quickest batch
 * @param mostNs the slowest of those nineteen in twenty that are quickest
 */
record WordTrips(double medianNs, double leastNs, double mostNs) {
    private static final int BATCH = 1_000;
    private static final int WARM_UP_BATCHES = 20;

    /** Longs between the two words: further apart than processors fetch lines together. */
    private static final int APART = 32;

    private static final int PING = APART;
    private static final int PONG = 2 * APART;
    private static final long OVER = Long.MIN_VALUE;
    private static final double MOST = 0.95;
    private static final VarHandle WORDS = MethodHandles.arrayElementVarHandle(long[].class);

    /** Asks for so long; the first two processors are busy meanwhile. */
    static WordTrips measure(Duration time) throws InterruptedException {
        if (Machine.processors() < 2) {
            return new WordTrips(0, 0, 0);
        }
        long[] words = new long[PONG + APART];
        List<Double> batches = new ArrayList<>();
        Thread answering = Thread.ofPlatform().daemon().name("word-answers").start(() -> answer(words));
        Thread asking = Thread.ofPlatform().daemon().name("word-asks").start(() -> ask(words, time, batches));
        asking.join();
        answering.join();
        return of(batches);
    }

    static WordTrips of(List<Double> batches) {
        List<Double> sorted = new ArrayList<>(batches);
        Collections.sort(sorted);
        return new WordTrips(
                sorted.get(sorted.size() / 2), sorted.getFirst(), sorted.get((int) (MOST * (sorted.size() - 1))));
    }

    private static void ask(long[] words, Duration time, List<Double> batches) {
        pin(1);
        long trip = 0;
        long endNs = System.nanoTime() + time.toNanos();
        for (int batch = 0; batch <= WARM_UP_BATCHES || System.nanoTime() < endNs; batch++) {
            long startNs = System.nanoTime();
            for (int i = 0; i < BATCH; i++) {
                WORDS.setRelease(words, PING, ++trip);
                while ((long) WORDS.getAcquire(words, PONG) != trip) {
                    Thread.onSpinWait();
                }
            }
            if (batch >= WARM_UP_BATCHES) {
                batches.add((System.nanoTime() - startNs) / (double) BATCH);
            }
        }
        WORDS.setRelease(words, PING, OVER);
    }

    private static void answer(long[] words) {
        pin(0);
        long answered = 0;
        while (answered != OVER) {
            long asked = (long) WORDS.getAcquire(words, PING);
            if (asked == answered) {
                Thread.onSpinWait();
            } else {
                answered = asked;
                WORDS.setRelease(words, PONG, asked);
            }
        }
    }

    private static void pin(int cpu) {
        try {
            Affinity.pin(cpu);
        } catch (IOException | UnsupportedOperationException notHere) {
            // Unpinned, two busy threads mostly have a processor each, too.
        }
    }

    /** For the report. */
    String line() {
        return medianNs == 0
                ? "there is one processor"
                : String.format(
                        Locale.ROOT,
                        "a word goes from one processor to the other and back in %.0f ns (%.0f to %.0f)",
                        medianNs,
                        leastNs,
                        mostNs);
    }
}
