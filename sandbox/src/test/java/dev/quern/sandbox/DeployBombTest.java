package dev.quern.sandbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Modules that are valid, or nearly, and too large in some way: refused with what is too many, and nothing left behind. */
@Timeout(300)
class DeployBombTest {
    private static final int NONE = 0x40;
    private static final int GLOBALS = 6;
    private static final int ELEMENTS = 9;

    private Rig rig;

    @BeforeEach
    void open() {
        rig = new Rig(Manifest.AUTO);
    }

    @AfterEach
    void close() {
        rig.close();
    }

    /** What the refusal says, and the module. */
    static Stream<Arguments> bombs() {
        return Stream.of(
                Arguments.of("20001 functions; the limit is 10000", functions(20_000)),
                Arguments.of("the code of one function has", body(code -> repeat(code, 100_000, 0x41, 0, 0x1a))),
                Arguments.of("locals of one function; the limit is 4096", locals(4_097)),
                Arguments.of("too many locals", locals(2_000_000_000)),
                Arguments.of("blocks are nested", body(code -> {
                    repeat(code, 5_000, 0x02, NONE);
                    repeat(code, 5_000, 0x0b);
                })),
                Arguments.of("targets of one br_table", body(code -> {
                    code.raw(0x02, NONE).i32(0).raw(0x0e).unsigned(20_000);
                    repeat(code, 20_001, 0);
                    code.raw(0x0b);
                })),
                Arguments.of("not a valid", body(code -> code.i32(0).raw(0x0e).unsigned(0xffff_fff0L))),
                Arguments.of("globals; the limit is 10000", with(GLOBALS, section -> {
                    section.unsigned(10_001);
                    repeat(section, 10_001, ModuleWriter.I32, 0, 0x41, 0, 0x0b);
                })),
                Arguments.of("elements; the limit is", with(ELEMENTS, section -> {
                    section.raw(1, 3, 0).unsigned(70_000);
                    repeat(section, 70_000, 0);
                })),
                Arguments.of("element segments; the limit is", with(ELEMENTS, section -> {
                    section.unsigned(10_001);
                    repeat(section, 10_001, 3, 0, 0);
                })),
                Arguments.of("data segments; the limit is", with(ModuleWriter.DATA, section -> {
                    section.unsigned(10_001);
                    repeat(section, 10_001, 1, 0);
                })),
                Arguments.of("", with(ModuleWriter.DATA, section -> section.unsigned(0xffff_ffffL))),
                Arguments.of("types; the limit is", types(10_001, 0)),
                Arguments.of("parameters or results of a type", types(1, 1_001)),
                Arguments.of("exports; the limit is", exports(10_001)),
                Arguments.of("imports; the limit is", imports(1_001)));
    }

    private static void repeat(ModuleWriter to, int times, int... bytes) {
        for (int i = 0; i < times; i++) {
            to.raw(bytes);
        }
    }

    private static ModuleWriter types() {
        return ModuleWriter.module()
                .section(ModuleWriter.TYPES, new ModuleWriter().raw(1, 0x60, 0, 1, ModuleWriter.I32));
    }

    private static ModuleWriter export() {
        return new ModuleWriter().raw(1).name("run").raw(0, 0);
    }

    private static ModuleWriter one() {
        return new ModuleWriter().raw(0, 0x41, 0, 0x0b);
    }

    private static byte[] finished(ModuleWriter module, ModuleWriter body) {
        return module.section(ModuleWriter.FUNCTIONS, new ModuleWriter().raw(1, 0))
                .section(ModuleWriter.EXPORTS, export())
                .section(ModuleWriter.CODE, new ModuleWriter().raw(1).sized(body.toByteArray()))
                .toByteArray();
    }

    private static byte[] body(Consumer<ModuleWriter> code) {
        ModuleWriter body = new ModuleWriter().raw(0);
        code.accept(body);
        return finished(types(), body.i32(0).raw(0x0b));
    }

    private static byte[] locals(long count) {
        ModuleWriter body = new ModuleWriter().raw(1).unsigned(count).raw(ModuleWriter.I32);
        return finished(types(), body.i32(0).raw(0x0b));
    }

    private static byte[] functions(int more) {
        ModuleWriter declared = new ModuleWriter().unsigned(more + 1L);
        ModuleWriter bodies = new ModuleWriter().unsigned(more + 1L);
        byte[] body = one().toByteArray();
        for (int i = 0; i <= more; i++) {
            declared.raw(0);
            bodies.sized(body);
        }
        return types().section(ModuleWriter.FUNCTIONS, declared)
                .section(ModuleWriter.EXPORTS, export())
                .section(ModuleWriter.CODE, bodies)
                .toByteArray();
    }

    /** A module with a section more. */
    private static byte[] with(int id, Consumer<ModuleWriter> content) {
        ModuleWriter section = new ModuleWriter();
        content.accept(section);
        ModuleWriter module = types().section(ModuleWriter.FUNCTIONS, new ModuleWriter().raw(1, 0));
        if (id < ModuleWriter.EXPORTS) {
            module.section(id, section);
        }
        module.section(ModuleWriter.EXPORTS, export());
        if (id == ELEMENTS) {
            module.section(id, section);
        }
        module.section(ModuleWriter.CODE, new ModuleWriter().raw(1).sized(one().toByteArray()));
        if (id == ModuleWriter.DATA) {
            module.section(id, section);
        }
        return module.toByteArray();
    }

    private static byte[] types(int more, int parameters) {
        ModuleWriter types = new ModuleWriter().unsigned(more + 1L).raw(0x60, 0, 1, ModuleWriter.I32);
        for (int i = 0; i < more; i++) {
            types.raw(0x60).unsigned(parameters);
            repeat(types, parameters, ModuleWriter.I32);
            types.raw(0);
        }
        return finished(ModuleWriter.module().section(ModuleWriter.TYPES, types), one());
    }

    private static byte[] exports(int count) {
        ModuleWriter exports = new ModuleWriter().unsigned(count);
        for (int i = 0; i < count; i++) {
            exports.name("e" + i).raw(0, 0);
        }
        return types().section(ModuleWriter.FUNCTIONS, new ModuleWriter().raw(1, 0))
                .section(ModuleWriter.EXPORTS, exports)
                .section(ModuleWriter.CODE, new ModuleWriter().raw(1).sized(one().toByteArray()))
                .toByteArray();
    }

    private static byte[] imports(int count) {
        ModuleWriter imports = new ModuleWriter().unsigned(count);
        for (int i = 0; i < count; i++) {
            imports.name("quern").name("arg_count").raw(0, 0);
        }
        return types().section(ModuleWriter.IMPORTS, imports)
                .section(ModuleWriter.FUNCTIONS, new ModuleWriter().raw(1, 0))
                .section(
                        ModuleWriter.EXPORTS,
                        new ModuleWriter().raw(1).name("run").raw(0).unsigned(count))
                .section(ModuleWriter.CODE, new ModuleWriter().raw(1).sized(one().toByteArray()))
                .toByteArray();
    }

    @ParameterizedTest
    @MethodSource("bombs")
    void shouldRefuse(String says, byte[] bomb) {
        for (String runtime : new String[] {"graalwasm", "chicory"}) {
            Manifest manifest = Rig.patient("bomb").withRuntime(runtime);
            FunctionRefusedException refused = assertThrows(
                    FunctionRefusedException.class, () -> rig.functions().deploy(rig.tenant(), manifest, bomb, false));
            assertTrue(refused.getMessage().contains(says), refused.getMessage());
            assertEquals(List.of(), rig.functions().list(rig.tenant()));
        }
    }

    @Test
    void shouldRunWhatIsAsLargeAsItMayBe() throws FunctionRefusedException {
        byte[][] large = {
            functions(9_999), locals(4_096), body(code -> repeat(code, 60_000, 0x41, 0, 0x1a)), types(9_999, 0)
        };
        for (byte[] module : large) {
            rig.functions().deploy(rig.tenant(), Rig.patient("large"), module, true);
            assertEquals(
                    FunctionStatus.OK,
                    rig.worker().call("large"),
                    rig.worker().outcome().error());
        }
    }

    /** Every module that this one's bytes become, changed here and there, is refused in a sentence, or contained. */
    @Test
    void shouldRefuseOrContainWhateverModulesBecome() throws FunctionRefusedException {
        int rounds = Integer.getInteger("quern.fuzz.mangled", 60);
        String[] names = {"examples/graph", "examples/range", "hostile/bulk", "wasi/libc", "examples/rust/counter"};
        Random random = new Random(Long.getLong("quern.fuzz.from", 1));
        rig.example("counter");
        int run = 0;
        for (int round = 0; round < rounds; round++) {
            for (String name : names) {
                byte[] mangled = Mangled.of(Rig.module(name), random);
                Manifest manifest = Manifest.named("mangled")
                        .withTimeLimitUs(5_000)
                        .withRuntime(random.nextBoolean() ? "graalwasm" : "chicory");
                try {
                    rig.functions().deploy(rig.tenant(), manifest, mangled, true);
                } catch (FunctionRefusedException refused) {
                    String message = String.valueOf(refused.getMessage());
                    assertTrue(
                            !message.isEmpty() && message.indexOf('\n') < 0 && !message.contains("Exception"), message);
                    continue;
                }
                for (String entry : rig.functions().list(rig.tenant()).getLast().entries()) {
                    int status = rig.worker().call("mangled." + entry, Rig.bytes("a"), Rig.bytes("b"));
                    assertTrue(status <= 0, "status=" + status);
                    run++;
                }
                rig.functions().remove(rig.tenant(), "mangled");
                rig.worker().functionCore().maintain(System.nanoTime());
                assertEquals(FunctionStatus.OK, rig.worker().call("counter", Rig.bytes("n"), Rig.bytes("1")));
            }
        }
        assertTrue(run > 0, "none was run");
    }
}
