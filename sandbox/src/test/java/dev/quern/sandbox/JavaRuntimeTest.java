package dev.quern.sandbox;

import static dev.quern.sandbox.Rig.bytes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.guest.Buffer;
import dev.quern.guest.Bytes;
import dev.quern.guest.Call;
import dev.quern.guest.Entry;
import dev.quern.kvstore.Tenant;
import dev.quern.kvstore.TenantConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What only trusted Java has: whose functions it runs, jars, classes that the JVM had already, and exceptions. */
class JavaRuntimeTest extends RuntimeTest {
    @Override
    String runtime() {
        return "java";
    }

    private static dev.quern.sandbox.Manifest java(String name) {
        return Rig.patient(name).withRuntime("java");
    }

    private void assertRefused(Tenant tenant, dev.quern.sandbox.Manifest manifest, byte[] module, String... parts) {
        FunctionRefusedException refused = assertThrows(
                FunctionRefusedException.class, () -> rig.functions().deploy(tenant, manifest, module, false));
        for (String part : parts) {
            assertTrue(String.valueOf(refused.getMessage()).contains(part), refused.getMessage());
        }
        assertEquals(0, rig.functions().list(tenant).size());
    }

    @Test
    void shouldRunForTenantsThatAreTrustedAndNoOthers() throws FunctionRefusedException {
        Tenant other = rig.store().createTenant("other", TenantConfig.defaults());
        assertRefused(other, java("noop"), Rig.jar("examples/noop"), "trusted_runtimes", "other");
        assertThrows(
                FunctionRefusedException.class,
                () -> rig.functions().register(other, java("noop"), () -> () -> Map.of("run", call -> 0), false));
        rig.functions().trust(other, "java");
        rig.functions().deploy(other, java("noop"), Rig.jar("examples/noop"), false);
        assertEquals(FunctionStatus.OK, worker.as(other).call("noop"));
    }

    @Test
    void shouldBeNobodysDefault() {
        IllegalArgumentException refused = assertThrows(
                IllegalArgumentException.class, () -> Functions.open(new FunctionsConfig("java", false, 50)));
        assertTrue(String.valueOf(refused.getMessage()).contains("does not isolate"), refused.getMessage());
        assertThrows(IllegalArgumentException.class, () -> rig.functions().trust(rig.tenant(), "chicory"));
    }

    /** A jar of classes of the test's own. */
    static byte[] jar(String mainClass, Class<?>... classes) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, mainClass);
        try (JarOutputStream jar = new JarOutputStream(out, manifest)) {
            for (Class<?> type : classes) {
                String name = type.getName().replace('.', '/') + ".class";
                jar.putNextEntry(new JarEntry(name));
                try (InputStream in = type.getClassLoader().getResourceAsStream(name)) {
                    jar.write(in.readAllBytes());
                }
            }
        }
        return out.toByteArray();
    }

    /** Not a function. */
    public static final class Plain {}

    /** Cannot be made. */
    public static final class Unmakable implements Entry {
        private final int length;

        public Unmakable() {
            length = System.getProperty("there.is.no.such.property").length();
        }

        @Override
        public int run(Call call) {
            return length;
        }
    }

    @Test
    void shouldRefuseWhatIsNoFunction() throws IOException {
        Tenant tenant = rig.tenant();
        assertRefused(tenant, java("f"), Rig.module("examples/noop"), "not a jar");
        assertRefused(tenant, java("f"), new byte[0], "not a jar");
        assertRefused(tenant, java("f"), jar("a.Missing", Plain.class), "a.Missing");
        assertRefused(tenant, java("f"), jar(Plain.class.getName(), Plain.class), "neither");
        assertRefused(tenant, java("f"), jar(Unmakable.class.getName(), Unmakable.class), "NullPointerException");
        assertRefused(tenant, Rig.patient("f"), Rig.jar("examples/noop"), "this is a jar");
    }

    @Test
    void shouldShowAJarNothingOfQuernButWhatFunctionsAreWrittenWith() throws IOException, FunctionRefusedException {
        rig.functions().deploy(rig.tenant(), java("f"), jar(Reaching.class.getName(), Reaching.class), false);
        assertEquals(FunctionStatus.TRAPPED, worker.call("f"));
        assertMentions("NoClassDefFoundError");
    }

    /** Calls what is not its own. */
    public static final class Reaching implements Entry {
        @Override
        public int run(Call call) {
            return FunctionsConfig.defaults().quantumUs();
        }
    }

    @Test
    void shouldEndAFunctionThatCatchesItsEnd() throws FunctionRefusedException {
        rig.hostile("unreachable");
        assertStatus(FunctionStatus.TRAPPED, worker.call("unreachable.catches"));
        assertMentions("777");
        assertNull(worker.get("unreachable"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"spin.catching", "spin.doing"})
    void shouldEndALoopOfAnyKindAtItsDeadline(String function) throws FunctionRefusedException {
        rig.hostile("spin");
        assertStatus(FunctionStatus.DEADLINE, worker.call(function, false, 20_000));
        assertStatus(FunctionStatus.DEADLINE, worker.call(function, false, 20_000));
    }

    @Test
    void shouldRunClassesThatTheJvmHadAndEndThemWhenTheyCall() throws FunctionRefusedException {
        AtomicInteger made = new AtomicInteger();
        rig.functions()
                .register(
                        rig.tenant(),
                        java("own"),
                        () -> {
                            made.incrementAndGet();
                            Bytes key = Buffer.of("key");
                            return () -> Map.of("put", call -> call.put(Call.TABLE, key, key), "calls", call -> {
                                while (call.argumentCount() >= 0) {
                                    call.put(Call.TABLE, key, key);
                                }
                                return 0;
                            });
                        },
                        false);
        assertStatus(FunctionStatus.OK, worker.call("own.put"));
        assertEquals("key", worker.get("key"));
        assertStatus(FunctionStatus.DEADLINE, worker.call("own.calls", false, 20_000));
        assertStatus(FunctionStatus.OK, worker.call("own.put"));
        // Once to see its entries, once for the core, and once more after the call that did not come to its end.
        assertEquals(3, made.get());
    }

    @ParameterizedTest
    @CsvSource({
        "0, true",
        "-0, true",
        "007, true",
        "-1, true",
        "9223372036854775807, true",
        "-9223372036854775808, true",
        "9223372036854775808, false",
        "-9223372036854775809, false",
        "'', false",
        "-, false",
        "+1, false",
        "1x, false",
        "00000000000000000001, false"
    })
    void shouldReadAndWriteDecimalText(String text, boolean isDecimal) {
        Buffer buffer = Buffer.of(text);
        assertEquals(isDecimal, buffer.isDecimal());
        if (isDecimal) {
            assertEquals(Long.parseLong(text), buffer.decimal());
            assertEquals(
                    Long.toString(Long.parseLong(text)),
                    new Buffer(20).appendDecimal(buffer.decimal()).text());
        }
    }

    @Test
    void shouldHoldABufferToItsBounds() {
        Buffer buffer = new Buffer(8).appendLong(bytes("x").length);
        assertThrows(IndexOutOfBoundsException.class, () -> buffer.appendByte(1));
        assertThrows(IndexOutOfBoundsException.class, () -> buffer.getLong(1));
        assertThrows(IndexOutOfBoundsException.class, () -> buffer.getByte(-1));
        assertThrows(IndexOutOfBoundsException.class, () -> buffer.putInt(5, 0));
        assertThrows(IndexOutOfBoundsException.class, () -> buffer.length(9));
    }
}
