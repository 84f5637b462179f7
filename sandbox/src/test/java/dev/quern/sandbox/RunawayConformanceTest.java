package dev.quern.sandbox;

import static dev.quern.sandbox.Rig.bytes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How every runtime ends what will not end by itself. A subclass names its runtime. */
abstract class RunawayConformanceTest extends RuntimeTest {
    /** Cores that compete, on a machine that is slow, need not do all their rounds. */
    private static final long COMPETING_NS_MAX = 10_000_000_000L;

    private static final long LIMIT_US = 20_000;

    private static final int KILLS = 20;

    @ParameterizedTest
    @ValueSource(strings = {"spin", "spin.calling", "spin.after_write"})
    void shouldEndAFunctionAtItsDeadline(String function) throws FunctionRefusedException {
        rig.hostile("spin");
        int status = worker.call(function, false, LIMIT_US);
        String error = worker.outcome().error();
        assertEquals(FunctionStatus.DEADLINE, status, error);
        String start =
                "function over its deadline: tenant=" + rig.tenant().id() + ", function=" + function + ", usedUs=";
        assertTrue(error.startsWith(start), error);
        assertTrue(error.endsWith(", limitUs=" + LIMIT_US), error);
        long usedUs = Long.parseLong(error.substring(start.length(), error.indexOf(", limitUs")));
        assertTrue(usedUs >= LIMIT_US, error);
        assertNull(worker.get("spin"));
        assertFalse(Thread.currentThread().isInterrupted());
    }

    @Test
    void shouldEndAFunctionInsideLongCodeWithoutALoop() throws FunctionRefusedException {
        ModuleWriter body = new ModuleWriter().unsigned(1).unsigned(1).raw(ModuleWriter.I32);
        for (int i = 0; i < 30_000; i++) {
            body.raw(0x20, 0).i32(3).raw(0x6c, 0x21, 0);
        }
        // Only who comes to the end logs.
        body.i32(0).i32(1).raw(0x10, 0).i32(0).raw(0x0b);
        byte[] module = HostileModules.function(body);
        rig.functions().deploy(rig.tenant(), Rig.patient("long"), module, false);
        assertEquals(
                FunctionStatus.DEADLINE,
                worker.call("long", false, 1),
                worker.outcome().error());
        assertEquals(List.of(), rig.functions().log(rig.tenant()));
        assertEquals(FunctionStatus.OK, worker.call("long"), worker.outcome().error());
        assertEquals(1, rig.functions().log(rig.tenant()).size());
    }

    @Test
    void shouldHoldTheManifestsLimitWhateverTheCallAsksFor() throws FunctionRefusedException {
        Manifest manifest = Manifest.named("spin").withTimeLimitUs(LIMIT_US);
        rig.deploy(manifest, "hostile/spin");
        assertEquals(FunctionStatus.DEADLINE, worker.call("spin", false, Rig.PATIENT_US));
        assertTrue(worker.outcome().error().endsWith("limitUs=" + LIMIT_US));
    }

    @Test
    void shouldServeTheNextCallAfterADeadline() throws FunctionRefusedException {
        rig.hostile("spin");
        rig.example("counter");
        for (int i = 1; i <= 25; i++) {
            // Short limits, so that the end meets calls at every stage, also before and after the guest's code.
            int status = worker.call("spin", false, 1 + i * 100L);
            assertEquals(FunctionStatus.DEADLINE, status, worker.outcome().error());
            for (int j = 0; j < 3; j++) {
                assertEquals(
                        FunctionStatus.OK,
                        worker.call("counter", bytes("n"), bytes("1")),
                        worker.outcome().error());
            }
            assertEquals(Integer.toString(3 * i), worker.replyText());
        }
    }

    @Test
    void shouldLeaveNoStrayInterruptBehindCallsThatEndAtTheirLimit() throws FunctionRefusedException {
        rig.example("noop");
        Function noop = rig.function(rig.tenant(), "noop");
        int ended = 0;
        for (int i = 0; i < 20_000; i++) {
            int status = worker.call(noop, false, 1);
            assertTrue(
                    status == FunctionStatus.OK || status == FunctionStatus.DEADLINE,
                    worker.outcome().error());
            ended += status == FunctionStatus.OK ? 0 : 1;
            assertFalse(Thread.currentThread().isInterrupted());
        }
        assertTrue(ended < 20_000);
        assertEquals(
                FunctionStatus.OK, worker.call(noop, false, 0), worker.outcome().error());
    }

    @Test
    void shouldShowAndKillWhatIsRunning() throws Exception {
        rig.hostile("spin");
        assertEquals(List.of(), rig.functions().running());
        CompletableFuture<String> killer = CompletableFuture.supplyAsync(() -> {
            List<RunningFunction> running = rig.functions().running();
            while (running.isEmpty()) {
                Thread.onSpinWait();
                running = rig.functions().running();
            }
            while (rig.functions().kill(rig.tenant()) == 0) {
                Thread.onSpinWait();
            }
            RunningFunction function = running.getFirst();
            return function.tenant() + " " + function.function() + " " + function.core();
        });
        assertEquals(
                FunctionStatus.KILLED,
                worker.call("spin.after_write"),
                worker.outcome().error());
        assertEquals("acme spin.after_write " + worker.storeCore().index(), killer.get(20, TimeUnit.SECONDS));
        assertTrue(worker.outcome().error().contains("killed"), worker.outcome().error());
        assertNull(worker.get("spin"));
        assertEquals(0, rig.functions().kill(rig.tenant()));
    }

    /** Also of calls so short that most end before the interrupt comes to them. */
    @Test
    void shouldEndAsManyCallsAsWereKilled() throws Exception {
        rig.example("counter");
        AtomicBoolean isOver = new AtomicBoolean();
        AtomicInteger kills = new AtomicInteger();
        CompletableFuture<Void> killer = CompletableFuture.runAsync(() -> {
            while (!isOver.get()) {
                kills.addAndGet(rig.functions().kill(rig.tenant()));
            }
        });
        int ended = 0;
        int applied = 0;
        long endNs = System.nanoTime() + COMPETING_NS_MAX;
        while ((ended < KILLS || applied < KILLS) && System.nanoTime() < endNs) {
            int status = worker.call("counter", bytes("n"), bytes("1"));
            if (status == FunctionStatus.OK) {
                applied++;
            } else {
                assertEquals(FunctionStatus.KILLED, status, worker.outcome().error());
                ended++;
            }
        }
        isOver.set(true);
        killer.get(20, TimeUnit.SECONDS);
        assertTrue(ended > 0);
        assertEquals(kills.get(), ended);
        String counted = worker.get("n");
        assertEquals(applied, counted == null ? 0 : Integer.parseInt(counted), "what was killed left nothing");
    }

    @Test
    void shouldRunTwoCoresAtOnceWhileOneSpins() throws Exception {
        rig.hostile("spin");
        rig.example("counter");
        AtomicBoolean isOver = new AtomicBoolean();
        CompletableFuture<Integer> other = onAnotherCore(second -> {
            int calls = 0;
            while (!isOver.get()) {
                assertEquals(FunctionStatus.OK, second.call("counter", bytes("n"), bytes("1")));
                calls++;
            }
            return calls;
        });
        for (int i = 0; i < 10; i++) {
            assertEquals(FunctionStatus.DEADLINE, worker.call("spin", false, LIMIT_US));
        }
        isOver.set(true);
        int calls = other.get(20, TimeUnit.SECONDS);
        assertEquals(Integer.toString(calls), worker.get("n"));
    }

    @Test
    void shouldLoseNoIncrementWhenCoresCompete() throws Exception {
        rig.example("counter");
        int rounds = 3_000;
        long endNs = System.nanoTime() + COMPETING_NS_MAX;
        List<CompletableFuture<Integer>> others = new ArrayList<>();
        for (int core = 0; core < 3; core++) {
            others.add(onAnotherCore(second -> {
                int committed = 0;
                for (int i = 0; i < rounds && System.nanoTime() < endNs; i++) {
                    int status = second.call("counter", bytes("n"), bytes("1"));
                    assertTrue(
                            status == FunctionStatus.OK || status == FunctionStatus.CONFLICT,
                            second.outcome().error());
                    committed += status == FunctionStatus.OK ? 1 : 0;
                }
                return committed;
            }));
        }
        int committed = 0;
        for (CompletableFuture<Integer> other : others) {
            committed += other.get(30, TimeUnit.SECONDS);
        }
        assertTrue(committed > 0);
        assertEquals(Integer.toString(committed), worker.get("n"));
    }

    @Test
    void shouldKeepMoneyWhileCoresTransfer() throws Exception {
        rig.example("transfer");
        worker.put("a", "1000");
        worker.put("b", "1000");
        long endNs = System.nanoTime() + COMPETING_NS_MAX;
        List<CompletableFuture<Integer>> others = new ArrayList<>();
        for (int core = 0; core < 2; core++) {
            String from = core == 0 ? "a" : "b";
            String to = core == 0 ? "b" : "a";
            others.add(onAnotherCore(second -> {
                for (int i = 0; i < 2_000 && System.nanoTime() < endNs; i++) {
                    second.call("transfer", bytes(from), bytes(to), bytes("7"));
                }
                return 0;
            }));
        }
        for (CompletableFuture<Integer> other : others) {
            other.get(30, TimeUnit.SECONDS);
        }
        assertEquals(2000, number("a") + number("b"));
    }

    private long number(String key) {
        String text = worker.get(key);
        assertTrue(text != null);
        return Long.parseLong(text);
    }

    private interface Work {
        int run(Rig.Worker worker) throws ExecutionException, TimeoutException;
    }

    private CompletableFuture<Integer> onAnotherCore(Work work) {
        CompletableFuture<Integer> result = new CompletableFuture<>();
        Thread.ofPlatform().daemon().start(() -> {
            int returned = 0;
            try (Rig.Worker second = rig.newWorker()) {
                returned = work.run(second);
            } catch (Throwable failed) {
                result.completeExceptionally(failed);
            }
            // Only now: whoever waits for the result closes the store next.
            result.complete(returned);
        });
        return result;
    }
}
