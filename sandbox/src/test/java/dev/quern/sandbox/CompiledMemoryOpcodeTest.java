package dev.quern.sandbox;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;

/** {@link MemoryOpcodeTest} on GraalWasm, where everything is compiled before it runs; at fewer places, as that takes long. */
@Timeout(300)
class CompiledMemoryOpcodeTest extends GraalWasmMemoryOpcodeTest {
    private static final String PREFIX = "polyglot.engine.";

    private static final Map<String, String> OPTIONS = Map.of(
            "CompileImmediately", "true",
            "BackgroundCompilation", "false",
            "CompilationFailureAction", "Throw");

    @Override
    int step() {
        return 13;
    }

    @Override
    @Nullable
    String obstacle(MemoryOpcode opcode) {
        return switch (opcode.kind()) {
            case LOAD_WIDENED, LOAD_WIDENED_SIGNED ->
                opcode + ": the Graal compiler gives up on GraalWasm's code for it, so it is always interpreted";
            default -> null;
        };
    }

    @Override
    @BeforeAll
    void open() {
        OPTIONS.forEach((name, value) -> System.setProperty(PREFIX + name, value));
        super.open();
    }

    @Override
    @AfterAll
    void close() {
        OPTIONS.keySet().forEach(name -> System.clearProperty(PREFIX + name));
        super.close();
    }
}
