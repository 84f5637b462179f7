package dev.quern.bench.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.bench.report.PhaseResult;
import dev.quern.bench.workload.Answer;
import dev.quern.bench.workload.Endpoint;
import dev.quern.bench.workload.Workload;
import dev.quern.bench.workload.Workloads;
import dev.quern.bench.workload.WrongAnswerException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class GeneratorTest {
    private static final int SLOTS = 64;
    private static final Duration TIME = Duration.ofMillis(300);

    /** A map that answers in the next poll; once it stalls for a while, as asked. */
    private static final class MapEndpoint implements Endpoint {
        private final Map<String, byte[]> map = new HashMap<>();
        private final Deque<Runnable> answers = new ArrayDeque<>();
        private final Listener listener;
        private final Answer answer = new Answer();
        private long stallNs;
        private boolean isSilent;
        private boolean isWrong;
        private int deepest;

        MapEndpoint(Listener listener) {
            this.listener = listener;
        }

        private static String text(byte[] key, int length) {
            return new String(key, 0, length, StandardCharsets.US_ASCII);
        }

        @Override
        public boolean get(byte[] key, int keyLength, int slot) {
            byte[] found = map.get(text(key, keyLength));
            int cut = isWrong ? 1 : 0;
            answers.add(() -> listener.onAnswer(
                    slot,
                    found == null
                            ? answer.missing()
                            : answer.value(MemorySegment.ofArray(found), 0, found.length - cut)));
            deepest = Math.max(deepest, answers.size());
            return true;
        }

        @Override
        public boolean put(byte[] key, int keyLength, byte[] value, int valueLength, int slot) {
            map.put(text(key, keyLength), java.util.Arrays.copyOf(value, valueLength));
            answers.add(() -> listener.onAnswer(slot, answer.done()));
            return true;
        }

        @Override
        public int poll() {
            if (stallNs > 0 && !answers.isEmpty()) {
                long endNs = System.nanoTime() + stallNs;
                stallNs = 0;
                while (System.nanoTime() < endNs) {
                    Thread.onSpinWait();
                }
            }
            int count = isSilent ? 0 : answers.size();
            for (int i = 0; i < count; i++) {
                answers.remove().run();
            }
            return count;
        }

        @Override
        public String describe() {
            return "a map";
        }

        @Override
        public void close() {}
    }

    private static Generator generator(String workload) {
        Workload made = Workloads.parse(workload, 500, Workloads.Choice.DEFAULT);
        Generator generator = new Generator(made, MapEndpoint::new, SLOTS, false, line -> {});
        generator.load();
        return generator;
    }

    private static MapEndpoint map(Generator generator) {
        return (MapEndpoint) generator.endpoint();
    }

    @Test
    void shouldKeepAsManyUnderWayAsAsked() {
        try (Generator generator = generator("ycsb-f")) {
            PhaseResult result = generator.run(Phase.closed("7", TIME, 7));
            assertEquals(500, map(generator).map.size());
            assertTrue(map(generator).deepest <= 7, "deepest=" + map(generator).deepest);
            assertTrue(result.answered() > 100 && result.held(), result.toString());
            assertTrue(result.latency().p50Us() <= result.latency().maxUs(), result.toString());
        }
    }

    @Test
    void shouldCountTheWaitOfRequestsThatAStallKeptFromBeingSent() {
        try (Generator generator = generator("simple")) {
            map(generator).stallNs = 200_000_000;
            PhaseResult result = generator.run(Phase.open("10000", TIME, 10_000));
            // Of 3,000 requests 2,000 were due in the stall, and no more than the 64 slots were under way.
            assertTrue(result.latency().p50Us() > 10_000, result.toString());
            assertEquals(3_000.0, (double) (result.answered() + result.unsent()), 64 + 10, result.toString());
        }
    }

    @Test
    void shouldTellWhenARateWasNotHeld() {
        try (Generator generator = generator("simple")) {
            map(generator).stallNs = 2 * TIME.toNanos();
            PhaseResult result = generator.run(Phase.ramp("ramp", TIME, 1_000, 9_000));
            assertFalse(result.held(), result.toString());
            assertEquals(5_000, result.offeredPerSecond());
            assertTrue(result.unsent() > 1_000, result.toString());
        }
    }

    @Test
    void shouldInsertWhatCanBeReadThen() {
        try (Generator generator = generator("ycsb-d")) {
            PhaseResult result = generator.run(Phase.closed("16", TIME, 16));
            assertTrue(result.answered() > 100, result.toString());
            assertTrue(map(generator).map.size() > 500);
        }
    }

    @Test
    void shouldEndWithTheFirstWrongAnswer() {
        try (Generator generator = generator("simple")) {
            map(generator).isWrong = true;
            assertThrows(WrongAnswerException.class, () -> generator.run(Phase.closed("4", TIME, 4)));
        }
    }

    @Test
    void shouldSumUpEverySecond() {
        try (Generator generator = generator("simple")) {
            generator.run(Phase.closed("4", Duration.ofMillis(1_200), 4));
            assertEquals(
                    2,
                    generator.progress().seconds().size(),
                    generator.progress().seconds().toString());
        }
    }
}
