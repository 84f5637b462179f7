package dev.quern.sandbox;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Modules made of seeds, on both runtimes: they end alike and reply the same bytes. {@code -Dquern.fuzz.seeds=N} tries so many seeds,
 * {@code -Dquern.fuzz.from=S} begins at another one; a failure names its seed.
 */
@Timeout(3600)
class DifferentialFuzzTest {
    private static final int SEEDS = Integer.getInteger("quern.fuzz.seeds", 150);
    private static final long FROM = Long.getLong("quern.fuzz.from", 1);

    private static final byte[] RECORD = new byte[RandomModule.RECORD_BYTES];

    static {
        for (int i = 0; i < RECORD.length; i++) {
            RECORD[i] = (byte) (i * 37 + 11);
        }
    }

    @Test
    void shouldComputeTheSameOnBothRuntimes() {
        int replied = 0;
        try (Rig graal = rig("graalwasm");
                Rig chicory = rig("chicory")) {
            for (long seed = FROM; seed < FROM + SEEDS; seed++) {
                byte[] module = RandomModule.of(seed);
                String what = "seed " + seed;
                int first = call(graal, module, what);
                int second = call(chicory, module, what);
                String errors =
                        what + ": graalwasm says " + graal.worker().outcome().error() + ", chicory says "
                                + chicory.worker().outcome().error();
                assertEquals(first, second, errors);
                assertTrue(first == FunctionStatus.OK || first == FunctionStatus.TRAPPED, errors);
                if (first == FunctionStatus.OK) {
                    assertArrayEquals(graal.worker().reply(), chicory.worker().reply(), what);
                    replied++;
                }
            }
        }
        assertTrue(replied > SEEDS / 10, "only " + replied + " of " + SEEDS + " modules came to their end");
    }

    private static Rig rig(String runtime) {
        Rig rig = new Rig(runtime);
        rig.worker().put(rig.tenant().defaultTable(), new byte[4], RECORD);
        return rig;
    }

    private static int call(Rig rig, byte[] module, String what) {
        try {
            rig.functions().deploy(rig.tenant(), Rig.patient("random"), module, true);
        } catch (FunctionRefusedException refused) {
            return fail(what + " was refused: " + refused.getMessage());
        }
        int status = rig.worker().call("random");
        rig.worker().functionCore().maintain(System.nanoTime());
        return status;
    }
}
