package dev.quern.pushback;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quern.sandbox.LocalModule;
import dev.quern.sandbox.Manifest;
import dev.quern.sandbox.chicory.ChicoryRuntime;
import java.io.File;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an application gets with this artifact, which has no dependencies of its tests but JUnit. */
@Timeout(60)
class ClassPathTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "org.graalvm.polyglot.Context",
                "org.graalvm.collections.EconomicMap",
                "com.oracle.truffle.api.TruffleLanguage",
                "org.graalvm.wasm.WasmLanguage",
                "net.openhft.chronicle.bytes.Bytes",
                "io.netty.buffer.ByteBuf",
                "dev.quern.server.Server"
            })
    void shouldNotBring(String unwanted) {
        assertThrows(ClassNotFoundException.class, () -> Class.forName(unwanted));
    }

    @Test
    void shouldHaveNoJarOfGraal() {
        List<String> jars = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(path -> path.contains("graalvm") || path.contains("truffle"))
                .toList();
        assertEquals(List.of(), jars);
    }

    @Test
    void shouldLoadAModuleWithNothingElse() throws Exception {
        try (ChicoryRuntime runtime = new ChicoryRuntime();
                InputStream module =
                        LocalModule.class.getResourceAsStream("/dev/quern/sandbox/examples/counter.wasm")) {
            assertNotNull(module);
            LocalModule loaded = LocalModule.load(runtime, Manifest.named("counter"), module.readAllBytes());
            assertEquals("run", loaded.entry("counter"));
            assertEquals("run", loaded.entry("counter.run"));
        }
    }
}
