package dev.quern.sandbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.dylibso.chicory.runtime.HostFunction;
import com.dylibso.chicory.runtime.ImportValues;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.wasm.Parser;
import com.dylibso.chicory.wasm.types.FunctionType;
import dev.quern.sandbox.guest.GuestTrap;
import dev.quern.sandbox.ticks.Ticks;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Where modules tick, how often, and that they compute what they did before. */
@Timeout(60)
class TicksTest {
    private static final int NONE = 0x40;

    /** Instructions from tick to tick, as docs/architecture.md has it. */
    private static final int TICK_EVERY = 1024;

    private static final int DEPTH_MAX = 100;

    private int ticks;
    private int looks;

    /** A module with one function of type {@code (i32) -> i32}, exported as f, a table of ten, and these locals more and this code. */
    private static byte[] module(int moreLocals, ModuleWriter code) {
        ModuleWriter body = new ModuleWriter()
                .unsigned(1)
                .unsigned(moreLocals)
                .raw(ModuleWriter.I32)
                .raw(code.toByteArray());
        return ModuleWriter.module()
                .section(
                        ModuleWriter.TYPES,
                        new ModuleWriter()
                                .unsigned(2)
                                .raw(0x60, 1, ModuleWriter.I32, 1, ModuleWriter.I32)
                                .raw(0x60, 2, ModuleWriter.I32, ModuleWriter.I32, 1, ModuleWriter.I32))
                .section(ModuleWriter.FUNCTIONS, new ModuleWriter().unsigned(1).unsigned(0))
                .section(4, new ModuleWriter().unsigned(1).raw(0x70, 1, 10, 10))
                .section(
                        ModuleWriter.EXPORTS,
                        new ModuleWriter().unsigned(1).name("f").raw(0, 0))
                .section(ModuleWriter.CODE, new ModuleWriter().unsigned(1).sized(body.toByteArray()))
                .toByteArray();
    }

    private int run(byte[] module, int argument) {
        ticks = 0;
        looks = 0;
        return (int) instance(module).export("f").apply(argument)[0];
    }

    private Instance instance(byte[] module) {
        FunctionType nothing = FunctionType.of(List.of(), List.of());
        ImportValues imports = ImportValues.builder()
                .addFunction(new HostFunction(Ticks.MODULE, Ticks.NAME, nothing, (instance, none) -> {
                    ticks++;
                    return new long[0];
                }))
                .addFunction(new HostFunction(Ticks.MODULE, Ticks.LOOK, nothing, (instance, none) -> {
                    looks++;
                    return new long[0];
                }))
                .addFunction(new HostFunction(Ticks.MODULE, Ticks.TOO_DEEP, nothing, (instance, none) -> {
                    throw new GuestTrap(GuestTrap.Reason.TRAP, "too deep");
                }))
                .build();
        return Instance.builder(Parser.parse(module)).withImportValues(imports).build();
    }

    /** {@code local = local * 3 + 1}, which is six instructions. */
    private static ModuleWriter step(ModuleWriter code) {
        return code.raw(0x20, 1).i32(3).raw(0x6c).i32(1).raw(0x6a).raw(0x21, 1);
    }

    /** {@code if (--local0 != 0) branch depth}. */
    private static ModuleWriter again(ModuleWriter code, int depth) {
        return code.raw(0x20, 0).i32(1).raw(0x6b, 0x22, 0, 0x0d, depth);
    }

    private void assertSameResult(byte[] module, int argument) {
        assertEquals(run(module, argument), run(Ticks.insert(module, DEPTH_MAX), argument));
    }

    @Test
    void shouldTickInALoopByItsInstructions() {
        ModuleWriter code = again(step(new ModuleWriter().raw(0x03, NONE)), 0).raw(0x0b, 0x20, 1, 0x0b);
        byte[] module = module(1, code);
        int iterations = 100_000;
        assertSameResult(module, iterations);
        // With the branch, and the loop's beginning and end.
        int expected = (6 + 4 + 3) * iterations / TICK_EVERY;
        // An iteration that would be one too many is begun after the tick.
        assertTrue(ticks >= expected && ticks <= 1.05 * expected, "ticks=" + ticks + ", expected=" + expected);
        assertEquals(0, looks);
    }

    @Test
    void shouldTickInLoopsThatAreShortButOftenCalled() {
        // The outer loop takes one iteration and the inner one two, over and over.
        ModuleWriter code = new ModuleWriter().raw(0x03, NONE).raw(0x03, NONE);
        step(code).raw(0x20, 1).i32(1).raw(0x71, 0x0d, 0).raw(0x0b);
        byte[] module = module(1, again(code, 0).raw(0x0b, 0x20, 1, 0x0b));
        assertSameResult(module, 100_000);
        assertTrue(ticks > 100, "ticks=" + ticks);
    }

    @Test
    void shouldTickInLongCodeWithoutALoop() {
        ModuleWriter code = new ModuleWriter();
        for (int i = 0; i < 20_000; i++) {
            step(code);
        }
        byte[] module = module(1, code.raw(0x20, 1, 0x0b));
        assertSameResult(module, 0);
        int expected = 6 * 20_000 / TICK_EVERY;
        assertTrue(ticks >= expected - 1 && ticks <= expected + 1, "ticks=" + ticks + ", expected=" + expected);
    }

    @Test
    void shouldTickInLongCodeWhateverIsSkipped() {
        // Blocks that are left halfway, so that half of the code is run and any tick in the other half is not.
        ModuleWriter code = new ModuleWriter();
        for (int block = 0; block < 30; block++) {
            code.raw(0x02, NONE);
            for (int i = 0; i < 340; i++) {
                step(code);
            }
            code.raw(0x20, 0, 0x0d, 0);
            for (int i = 0; i < 340; i++) {
                step(code);
            }
            code.raw(0x0b);
        }
        byte[] module = module(1, code.raw(0x20, 1, 0x0b));
        for (int skips = 0; skips < 2; skips++) {
            assertSameResult(module, skips);
            int least = (2 - skips) * 340 * 6 * 30 / TICK_EVERY / 2;
            assertTrue(ticks >= least, "ticks=" + ticks + ", least=" + least);
        }
    }

    @Test
    void shouldNotTickForConditionsThatAreLongOnlyTogether() {
        // Of these arms one is taken.
        int arms = 300;
        ModuleWriter code = new ModuleWriter();
        for (int i = 0; i <= arms; i++) {
            code.raw(0x02, NONE);
        }
        code.raw(0x20, 0, 0x0e).unsigned(arms - 1);
        for (int i = 0; i < arms; i++) {
            code.unsigned(i);
        }
        for (int i = 0; i < arms; i++) {
            code.raw(0x0b).i32(i).raw(0x21, 1);
            step(step(code)).raw(0x0c).unsigned(arms - 1 - i);
        }
        code.raw(0x0b, 0x20, 1, 0x0b);
        byte[] module = module(1, code);
        for (int argument : new int[] {0, 1, 150, 298, 299, 5000}) {
            assertSameResult(module, argument);
            assertEquals(0, ticks);
        }
    }

    @Test
    void shouldLeaveBranchesOutOfNestedLoopsWhereTheyLed() {
        // Three loops in a block with a result; a table leads from the innermost to each of them and out.
        ModuleWriter code = new ModuleWriter()
                .raw(0x02, ModuleWriter.I32)
                .raw(0x03, NONE, 0x03, NONE, 0x03, ModuleWriter.I32)
                .raw(0x20, 1)
                .i32(1)
                .raw(0x6a, 0x22, 1)
                .raw(0x20, 0, 0x4b, 0x04, NONE) // past the argument: out, with a result
                .raw(0x20, 1)
                .i32(7)
                .raw(0x6c, 0x0c, 4)
                .raw(0x0b)
                .raw(0x20, 1)
                .i32(3)
                .raw(0x70, 0x0e, 2, 0, 1, 2)
                .raw(0x0b, 0x1a, 0x0b, 0x0b)
                .i32(-1)
                .raw(0x0b, 0x0b);
        byte[] module = module(1, code);
        assertEquals(7 * 5001, run(Ticks.insert(module, DEPTH_MAX), 5000));
        assertTrue(ticks > 5, "ticks=" + ticks);
        assertSameResult(module, 5000);
    }

    @Test
    void shouldTickInLoopsThatTakeParameters() {
        ModuleWriter code = new ModuleWriter()
                .i32(0)
                .i32(0)
                .raw(0x03, 1)
                .raw(0x6a)
                .i32(5)
                .raw(0x6a)
                .raw(0x22, 1);
        again(code.raw(0x20, 1), 0);
        // The loop's own result is the first parameter of its next iteration.
        byte[] module = module(1, code.raw(0x1a, 0x0b, 0x0b));
        assertSameResult(module, 10_000);
        assertTrue(ticks > 10, "ticks=" + ticks);
    }

    @Test
    void shouldLookAfterMovesOfTables() {
        ModuleWriter code = new ModuleWriter().i32(0).raw(0xd0, 0x70).i32(10).raw(0xfc, 17, 0);
        code.i32(0).i32(1).i32(2).raw(0xfc, 14, 0, 0);
        code.raw(0xd0, 0x70).i32(0).raw(0xfc, 15, 0).raw(0x0b);
        byte[] module = module(0, code);
        assertSameResult(module, 0);
        assertEquals(3, looks);
        assertEquals(0, ticks);
    }

    @Test
    void shouldLeaveAModuleAsItIsThatIsSoonOver() {
        byte[] module = module(1, step(new ModuleWriter()).raw(0x20, 1, 0x0b));
        assertSame(module, Ticks.insert(module, DEPTH_MAX));
    }

    /** Functions of type {@code (i32) -> i32} with these bodies, of which the first is exported as f. */
    private static byte[] functions(ModuleWriter... bodies) {
        ModuleWriter types = new ModuleWriter().unsigned(bodies.length);
        ModuleWriter code = new ModuleWriter().unsigned(bodies.length);
        for (ModuleWriter body : bodies) {
            types.unsigned(0);
            code.sized(new ModuleWriter().raw(0).raw(body.toByteArray()).toByteArray());
        }
        return ModuleWriter.module()
                .section(
                        ModuleWriter.TYPES,
                        new ModuleWriter().unsigned(1).raw(0x60, 1, ModuleWriter.I32, 1, ModuleWriter.I32))
                .section(ModuleWriter.FUNCTIONS, types)
                .section(
                        ModuleWriter.EXPORTS,
                        new ModuleWriter().unsigned(1).name("f").raw(0, 0))
                .section(ModuleWriter.CODE, code)
                .toByteArray();
    }

    /** {@code local0 == 0 ? 7 : callee(local0 - 1) + 1}. */
    private static ModuleWriter callOneLess(int callee) {
        return new ModuleWriter()
                .raw(0x20, 0, 0x45, 0x04, NONE)
                .i32(7)
                .raw(0x0f, 0x0b, 0x20, 0)
                .i32(1)
                .raw(0x6b, 0x10)
                .unsigned(callee)
                .i32(1)
                .raw(0x6a, 0x0b);
    }

    /** {@code callee(local0) + callee(local0)}. */
    private static ModuleWriter callTwice(int callee) {
        return new ModuleWriter()
                .raw(0x20, 0, 0x10)
                .unsigned(callee)
                .raw(0x20, 0, 0x10)
                .unsigned(callee)
                .raw(0x6a, 0x0b);
    }

    @Test
    void shouldEndRecursionThatIsTooDeepAndNoOther() {
        byte[] module = Ticks.insert(functions(callOneLess(1), callOneLess(0)), DEPTH_MAX);
        for (int i = 0; i < 3; i++) {
            assertEquals(7 + DEPTH_MAX - 1, run(module, DEPTH_MAX - 1));
            assertThrows(GuestTrap.class, () -> run(module, DEPTH_MAX));
        }
    }

    @Test
    void shouldBeginToCountDepthWithEachCallFromOutside() {
        byte[] module = Ticks.insert(functions(callOneLess(0)), DEPTH_MAX);
        Instance instance = instance(module);
        for (int i = 0; i < 10 * DEPTH_MAX; i++) {
            assertEquals(7 + DEPTH_MAX / 2, (int) instance.export("f").apply(DEPTH_MAX / 2)[0]);
        }
    }

    @Test
    void shouldCountDepthAnewOnEachWayDown() {
        // The first calls the second twice, which is as deep as it may be each time.
        byte[] module = Ticks.insert(functions(callTwice(1), callOneLess(1)), DEPTH_MAX);
        assertEquals(2 * (7 + DEPTH_MAX - 2), run(module, DEPTH_MAX - 2));
        assertThrows(GuestTrap.class, () -> run(module, DEPTH_MAX));
    }

    @Test
    void shouldTickInManyCallsWithoutALoopOrRecursion() {
        // Each calls the next twice.
        int levels = 18;
        ModuleWriter[] bodies = new ModuleWriter[levels + 1];
        for (int i = 0; i < levels; i++) {
            bodies[i] = callTwice(i + 1);
        }
        bodies[levels] = new ModuleWriter().raw(0x20, 0, 0x0b);
        byte[] module = functions(bodies);
        assertSameResult(module, 1);
        // Those that are soon over do not count; the others' calls do, 64 to a tick.
        assertTrue(ticks > (1 << levels - 7) / 64 / 2, "ticks=" + ticks);
    }

    @Test
    void shouldTickInARecursionThatIsNeverDeep() {
        ModuleWriter twiceOneLess =
                new ModuleWriter().raw(0x20, 0, 0x45, 0x04, NONE).i32(1).raw(0x0f, 0x0b);
        for (int i = 0; i < 2; i++) {
            twiceOneLess.raw(0x20, 0).i32(1).raw(0x6b, 0x10, 0);
        }
        byte[] module = functions(twiceOneLess.raw(0x6a, 0x0b));
        assertSameResult(module, 16);
        assertTrue(ticks >= (1 << 17) / 64 - 1, "ticks=" + ticks);
    }

    @Test
    void shouldEndChainsOfCallsThatAreTooDeep() {
        int length = 3 * 256;
        ModuleWriter[] bodies = new ModuleWriter[length + 1];
        for (int i = 0; i < length; i++) {
            bodies[i] = new ModuleWriter().raw(0x20, 0, 0x10).unsigned(i + 1).raw(0x0b);
        }
        bodies[length] = new ModuleWriter().raw(0x20, 0, 0x0b);
        byte[] module = functions(bodies);
        assertEquals(5, run(Ticks.insert(module, length), 5));
        assertThrows(GuestTrap.class, () -> run(Ticks.insert(module, length / 3), 5));
    }

    @Test
    void shouldLeaveCallsAsTheyAreThatAreSoonOver() {
        byte[] module = functions(callTwice(1), callTwice(2), new ModuleWriter().raw(0x20, 0, 0x0b));
        assertSame(module, Ticks.insert(module, DEPTH_MAX));
    }
}
