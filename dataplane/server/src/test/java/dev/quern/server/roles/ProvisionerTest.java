package dev.quern.server.roles;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ProvisionerTest {
    private static final int[] CORES = {2, 3, 4, 7, 8, 16, 33, 64, 128};
    private static final int SEEDS = 150;

    private static FluidServer server(long seed, double noise) {
        SplittableRandom random = new SplittableRandom(seed);
        int cores = CORES[random.nextInt(CORES.length)];
        FluidServer server = new FluidServer(cores, 3 * random.nextDouble(), noise, 3 * random.nextDouble(), random);
        server.decisions = random.nextBoolean() ? 1 : Math.max(1, cores / 8);
        server.looksPerMs = random.nextBoolean() ? 1 : 4;
        return server;
    }

    @Test
    void shouldComeToRestOnSteadyLoad() {
        for (long seed = 0; seed < SEEDS; seed++) {
            FluidServer server = server(seed, 0);
            SplittableRandom load = new SplittableRandom(~seed);
            server.serving = 1.3 * server.cores * load.nextDouble();
            server.functions = 1.3 * server.cores * load.nextDouble();
            server.run(6 * server.cores + 200);
            int before = server.roleMoves;
            server.run(2_000);
            assertEquals(before, server.roleMoves, "seed " + seed + ", cores " + server.cores);
        }
    }

    @Test
    void shouldMoveSeldomOnSteadyLoadWithNoise() {
        for (long seed = 0; seed < SEEDS; seed++) {
            FluidServer server = server(seed, 0.3);
            SplittableRandom load = new SplittableRandom(~seed);
            server.serving = 1.2 * server.cores * load.nextDouble();
            server.functions = 1.2 * server.cores * load.nextDouble();
            server.run(6 * server.cores + 200);
            int before = server.roleMoves;
            server.run(5_000);
            // At doubling times: 50, 100, … ms, there and back.
            assertTrue(
                    server.roleMoves - before <= 20,
                    "seed " + seed + ", cores " + server.cores + ", moves " + (server.roleMoves - before));
        }
    }

    @Test
    void shouldLeaveNoCoreIdleWhileWorkWaits() {
        for (long seed = 0; seed < SEEDS; seed++) {
            FluidServer server = server(seed, 0.1);
            SplittableRandom load = new SplittableRandom(~seed);
            server.serving = 1.3 * server.cores * load.nextDouble();
            server.functions = 1.3 * server.cores * load.nextDouble();
            server.run(3 * server.cores + 200);
            server.done = 0;
            server.run(1_000);
            double carried = server.done / 1_000;
            double possible = Math.min(server.cores, server.serving + server.functions);
            assertTrue(
                    carried >= 0.9 * possible,
                    "seed " + seed + ", cores " + server.cores + ": " + carried + " of " + possible + " with serving "
                            + server.serving + ", functions " + server.functions + " on " + server.servingCores());
        }
    }

    @Test
    void shouldFollowAStepInAsManyDecisionsAsCoresToMove() {
        for (int cores : CORES) {
            FluidServer server = new FluidServer(cores, 0, 0, 1, new SplittableRandom(cores));
            server.serving = 0.97 * cores;
            server.run(100);
            assertEquals(cores, server.servingCores());
            server.serving = 0.1 * cores;
            server.functions = 0.95 * cores;
            server.run(2 + (int) (0.85 * cores));
            assertTrue(
                    server.servingCores() <= Math.max(1, 0.3 * cores), "cores " + cores + ": " + server.servingCores());
            server.serving = 0.97 * cores;
            server.functions = 0;
            server.run(4 + cores);
            assertTrue(server.servingCores() >= 0.95 * cores, "cores " + cores + ": " + server.servingCores());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void shouldFollowAShiftInTwoMillisecondsOnTwoCores(int looksPerMs) {
        FluidServer server = new FluidServer(2, 0, 0, 0.3, new SplittableRandom(1));
        server.looksPerMs = looksPerMs;
        server.serving = 1.9;
        server.run(50);
        for (int round = 0; round < 20; round++) {
            server.serving = 0;
            server.functions = 1.9;
            server.run(2);
            assertEquals(1, server.servingCores(), "round " + round);
            server.run(98);
            server.serving = 1.9;
            server.functions = 0;
            server.run(2);
            assertEquals(2, server.servingCores(), "round " + round);
            server.run(98);
        }
    }

    @Test
    void shouldGoHomeWhenFunctionsAreIdle() {
        for (int cores : CORES) {
            FluidServer server = new FluidServer(cores, 1, 0, 1, new SplittableRandom(cores));
            server.serving = 0.2 * cores;
            server.functions = 0.9 * cores;
            server.run(200 + cores);
            assertTrue(server.servingCores() < cores, "cores " + cores);
            server.serving = 0.01;
            server.functions = 0;
            server.run(100 + 3 * cores);
            assertTrue(server.allHome(), "cores " + cores + ": " + server.servingCores() + " serve");
        }
    }

    @Test
    void shouldGiveACoreToATenantThatFillsOneAndTakeItBack() {
        LoadSnapshot now = new LoadSnapshot(4, 4);
        for (int core = 1; core < 4; core++) {
            now.role(core, Role.FUNCTIONS, LoadSnapshot.NO_TENANT);
            now.lane(core, 0, 0.1);
        }
        Provisioner provisioner = new Provisioner(4, 4, ProvisionerConfig.DEFAULT);
        Move move = null;
        long nowNs = 0;
        for (int i = 0; i < 20 && move == null; i++, nowNs += 1_000_000) {
            for (int core = 0; core < 4; core++) {
                now.load(core, 0.6, core == 0 ? 0 : 0.6, 0, 0, 0);
            }
            now.clearTenants();
            now.tenant(7, 1.1);
            now.tenant(8, 0.3);
            move = provisioner.decide(now, nowNs);
        }
        assertNotNull(move);
        assertEquals(Role.DEDICATED, move.to());
        assertEquals(7, move.tenant());
        now.apply(move);
        assertEquals(7, now.dedicatedTo(move.core()));
        Move back = null;
        for (int i = 0; i < 20 && back == null; i++, nowNs += 1_000_000) {
            now.clearTenants();
            now.tenant(7, 0.3);
            back = provisioner.decide(now, nowNs);
        }
        assertNotNull(back);
        assertEquals(move.core(), back.core());
        assertEquals(Role.FUNCTIONS, back.to());
    }

    @Test
    void shouldNotMoveForOneShortLookAlone() {
        LoadSnapshot now = new LoadSnapshot(2, 2);
        Provisioner provisioner = new Provisioner(2, 2, ProvisionerConfig.DEFAULT);
        long nowNs = 0;
        for (int look = 0; look <= 100; look++, nowNs += 250_000) {
            boolean waits = look % 2 == 1;
            now.load(0, waits ? 1 : 0.3, waits ? 0.9 : 0.2, 0, waits ? 900_000 : 0, waits ? 9 : 0);
            assertNull(provisioner.decide(now, nowNs));
        }
        now.load(0, 1, 0.9, 0, 900_000, 9);
        assertNull(provisioner.decide(now, nowNs));
        Move move = provisioner.decide(now, nowNs + 250_000);
        assertNotNull(move);
        assertEquals(MoveCause.FUNCTION_DELAY, move.cause());
    }

    @Test
    void shouldGiveNoLanesToACoreThatStandsInAFunction() {
        LoadSnapshot now = new LoadSnapshot(2, 2);
        Provisioner provisioner = new Provisioner(2, 2, ProvisionerConfig.DEFAULT);
        // By shares alone it would be core 1 that runs functions, as it serves less.
        now.load(0, 1, 0.5, 0, 900_000, 9);
        now.load(1, 0, 0, 0, 0, 0);
        now.stands(0, 5_000_000);
        Move move = provisioner.decide(now, 0);
        assertNotNull(move);
        assertEquals(0, move.core());
        assertEquals(Role.FUNCTIONS, move.to());
        now.apply(move);
        // Nor is it called back to serve in the midst of it.
        now.load(0, 0.5, 0.5, 0, 0, 0);
        now.load(1, 1, 0, 900_000, 0, 0);
        long nowNs = 0;
        for (int look = 0; look < 100; look++) {
            nowNs += 250_000;
            assertNull(provisioner.decide(now, nowNs));
        }
        now.stands(0, 0);
        Move back = provisioner.decide(now, nowNs + 250_000);
        assertNotNull(back);
        assertEquals(Role.SERVING, back.to());
    }

    /** As when a core had queued a call by the time that the other one became the function core. */
    @Test
    void shouldHaveAnIdleFunctionCoreServeWhatWaitsBehindAFunction() {
        LoadSnapshot now = coreOneServes();
        Provisioner provisioner = new Provisioner(2, 2, ProvisionerConfig.DEFAULT);
        now.load(0, 0, 0, 0, 0, 0);
        now.load(1, 1, 1, 900_000, 0, 0);
        now.stands(1, 900_000);
        Move relief = firstMove(provisioner, now, 0);
        assertEquals(0, relief.core());
        assertEquals(Role.SERVING, relief.to());
        now.apply(relief);
        assertEquals(0, now.owner(0));
        Move rest = firstMove(provisioner, now, 10_000_000);
        assertEquals(1, rest.core());
        assertEquals(Role.FUNCTIONS, rest.to());
        now.apply(rest);
        assertEquals(0, now.owner(1));
    }

    @Test
    void shouldNotCallACoreToServeThatHasNoProcessorForItsOwnCalls() {
        LoadSnapshot now = coreOneServes();
        Provisioner provisioner = new Provisioner(2, 2, ProvisionerConfig.DEFAULT);
        now.load(0, 0, 0, 0, 3_900_000, 27);
        now.load(1, 1, 0.95, 900_000, 0, 0);
        now.stands(1, 900_000);
        for (int look = 0; look < 100; look++) {
            assertNull(provisioner.decide(now, look * 250_000L));
        }
        // Nor where requests wait for no function.
        now.load(1, 1, 0, 900_000, 0, 0);
        now.stands(1, 0);
        for (int look = 100; look < 200; look++) {
            assertNull(provisioner.decide(now, look * 250_000L));
        }
        now.load(0, 0, 0, 0, 0, 0);
        assertEquals(0, firstMove(provisioner, now, 200 * 250_000L).core());
    }

    @Test
    void shouldNotMoveCoresForWhatWaitedForAProcessor() {
        LoadSnapshot now = coreOneServes();
        Provisioner provisioner = new Provisioner(2, 2, ProvisionerConfig.DEFAULT);
        now.load(0, 0.2, 0.2, 0, 0, 0);
        now.load(1, 1, 0, 4_000_000, 0, 0);
        now.stood(1, 3_900_000, 0);
        for (int look = 0; look < 100; look++) {
            assertNull(provisioner.decide(now, look * 250_000L));
        }
        now.stood(1, 3_700_000, 0);
        Move more = firstMove(provisioner, now, 100 * 250_000L);
        assertEquals(MoveCause.SERVING_DELAY, more.cause());
        now.apply(more);
        now.load(1, 0, 0, 0, 0, 0);
        now.load(0, 1, 1, 0, 4_000_000, 9);
        now.stood(0, 0, 3_900_000);
        for (int look = 200; look < 220; look++) {
            assertNull(provisioner.decide(now, look * 250_000L));
        }
        now.stood(0, 0, 0);
        assertEquals(
                MoveCause.FUNCTION_DELAY,
                firstMove(provisioner, now, 220 * 250_000L).cause());
    }

    /** Of two; the other one runs functions. */
    private static LoadSnapshot coreOneServes() {
        LoadSnapshot now = new LoadSnapshot(2, 2);
        now.role(0, Role.FUNCTIONS, LoadSnapshot.NO_TENANT);
        now.lane(0, 1, 0);
        now.lane(1, 1, 0);
        return now;
    }

    private static Move firstMove(Provisioner provisioner, LoadSnapshot now, long fromNs) {
        for (int look = 0; look < 8; look++) {
            Move move = provisioner.decide(now, fromNs + look * 250_000L);
            if (move != null) {
                return move;
            }
        }
        throw new AssertionError("nothing moved in 2 ms");
    }

    @Test
    void shouldMoveNothingWhileAllOthersStandInFunctions() {
        LoadSnapshot now = new LoadSnapshot(3, 3);
        Provisioner provisioner = new Provisioner(3, 3, ProvisionerConfig.DEFAULT);
        for (int core = 0; core < 3; core++) {
            now.load(core, 1, 1, 0, 900_000, 9);
            now.stands(core, 5_000_000);
        }
        for (int look = 0; look < 100; look++) {
            assertNull(provisioner.decide(now, look * 250_000L));
        }
    }

    @Test
    void shouldEvenOutLanesOfABusyCore() {
        LoadSnapshot now = new LoadSnapshot(2, 4);
        Provisioner provisioner = new Provisioner(2, 4, ProvisionerConfig.DEFAULT);
        now.lane(0, 0, 0.5);
        now.lane(2, 0, 0.4);
        now.load(0, 0.9, 0, 400_000, 0, 0);
        now.load(1, 0.1, 0, 0, 0, 0);
        Move move = provisioner.decide(now, 0);
        assertNotNull(move);
        assertEquals(MoveCause.LANES_UNEVEN, move.cause());
        assertEquals(1, move.owner(0));
        now.apply(move);
        now.load(0, 0.4, 0, 0, 0, 0);
        now.load(1, 0.5, 0, 0, 0, 0);
        for (int i = 1; i < 10; i++) {
            assertNull(provisioner.decide(now, i * 1_000_000L));
        }
    }

    @Test
    void shouldAllocateNothingWhenNothingMoves() {
        LoadSnapshot now = new LoadSnapshot(64, 64);
        Provisioner provisioner = new Provisioner(64, 64, ProvisionerConfig.DEFAULT);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long least = Long.MAX_VALUE;
        long nowNs = 0;
        for (int attempt = 0; attempt < 10 && least > 0; attempt++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 1_000; i++, nowNs += 1_000_000) {
                now.load(i % 64, 0.9, 0.1, 0, 0, 0);
                assertNull(provisioner.decide(now, nowNs));
            }
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertEquals(0, least);
    }

    @Test
    void shouldDecideNothingWhileAMoveIsUnderWay() {
        LoadSnapshot now = new LoadSnapshot(2, 2);
        now.load(0, 1, 1, 5_000_000, 5_000_000, 9);
        now.load(1, 1, 1, 5_000_000, 5_000_000, 9);
        now.moving(true);
        Provisioner provisioner = new Provisioner(2, 2, ProvisionerConfig.DEFAULT);
        assertNull(provisioner.decide(now, 0));
        now.moving(false);
        assertNotNull(provisioner.decide(now, 1_000_000));
    }
}
