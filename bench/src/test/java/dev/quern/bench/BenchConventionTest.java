package dev.quern.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BenchConventionTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    @FunctionalInterface
    private interface Body {
        void run(BenchContext context) throws Exception;
    }

    private int run(Body body) {
        Bench bench = new Bench() {
            @Override
            public String name() {
                return "made-up";
            }

            @Override
            public String purpose() {
                return "shows the convention";
            }

            @Override
            public void run(BenchContext context) throws Exception {
                body.run(context);
            }
        };
        return BenchRunner.run(bench, true, new PrintStream(bytes, true, StandardCharsets.UTF_8));
    }

    private List<String> lines() {
        return bytes.toString(StandardCharsets.UTF_8).lines().toList();
    }

    @Test
    void shouldEndWithOneLineForEachTarget() {
        int code = run(context -> {
            context.command(List.of("redis-server", "--save", ""));
            context.atLeast("get", 1.234, 1.0, "x");
            context.atMost("p99-us", 150, 200, " us");
        });
        assertEquals(BenchRunner.HOLDS, code);
        List<String> lines = lines();
        assertEquals("target get: measured 1.23x, wanted >= 1.00x, holds", lines.get(lines.size() - 2));
        assertEquals("target p99-us: measured 150.00 us, wanted <= 200.00 us, holds", lines.getLast());
        assertTrue(lines.contains("  redis-server --save ''"), lines.toString());
    }

    @Test
    void shouldReturnThreeWhenATargetIsShort() {
        int code = run(context -> {
            context.atLeast("get", 0.999, 1.0, "x");
            context.atLeast("set", 2, 1.0, "x");
        });
        assertEquals(BenchRunner.SHORT, code);
        assertTrue(lines().contains("target get: measured 1.00x, wanted >= 1.00x, short"), lines().toString());
    }

    @Test
    void shouldReturnOneWhenARunFails() {
        assertEquals(BenchRunner.FAILED, run(context -> context.check(1 + 1 == 3, "two and two are four")));
        assertTrue(lines().contains("bench made-up failed: wrong result: two and two are four"), lines().toString());
        assertEquals(BenchRunner.FAILED, run(context -> {
            throw new IOException("the disk is gone");
        }));
    }

    @Test
    void shouldTakeTurnsAndKeepMedians() throws Exception {
        List<String> order = new ArrayList<>();
        double[] figures = {9, 1, 5};
        int[] round = new int[1];
        Rounds rounds = new Rounds()
                .add("subject", () -> {
                    order.add("subject");
                    return figures[round[0]++];
                })
                .add("peer", () -> {
                    order.add("peer");
                    return 2;
                });
        rounds.run(new BenchContext(true, new PrintStream(bytes, true, StandardCharsets.UTF_8)), 3);
        assertEquals(List.of("subject", "peer", "subject", "peer", "subject", "peer"), order);
        assertEquals(5, rounds.median("subject"));
        assertEquals(1, rounds.samples("subject").min());
        assertEquals(9, rounds.samples("subject").max());
        assertThrows(IllegalArgumentException.class, () -> rounds.median("nobody"));
    }

    @Test
    void shouldWantRowsThatBeginAsTheOptionSays() {
        PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        assertTrue(new BenchContext(true, out).isWanted("spin"));
        BenchContext some = new BenchContext(true, out).only(List.of("spin", "floods.memory"));
        assertTrue(some.isWanted("spin.calling") && some.isWanted("floods.memory_trap"));
        assertFalse(some.isWanted("floods.logs"));
    }

    @Test
    void shouldCountStolenTimeAsBusy() {
        Machine.CpuTimes before = Machine.CpuTimes.parse("cpu  100 0 50 1000 10 0 0 0 0 0");
        Machine.CpuTimes after = Machine.CpuTimes.parse("cpu  110 0 55 1080 10 0 0 5 7 0");
        assertEquals(0.2, after.busyShareSince(before), 1e-9);
        assertEquals(0, before.busyShareSince(before));
    }

    @Test
    void shouldAlignATable() {
        String text = new TextTable("what", "ops/s")
                .row("get", TextTable.number(1234567))
                .row("a longer one", "7")
                .text();
        assertEquals("  what              ops/s\n  get           1,234,567\n  a longer one          7\n", text);
    }
}
