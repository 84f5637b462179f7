package dev.quern.sandbox.spec;

import com.dylibso.chicory.wasm.ChicoryException;
import com.dylibso.chicory.wasm.Parser;
import com.dylibso.chicory.wasm.types.MemoryImport;
import com.dylibso.chicory.wasm.types.MemoryLimits;
import dev.quern.ffi.linux.Mmap;
import dev.quern.sandbox.guest.Intrinsic;
import dev.quern.sandbox.guest.WindowedMemory;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Quern's memories for the modules of a script, all with a window onto one small arena. */
public final class SpecMemory implements AutoCloseable {
    private static final long ARENA_BYTES = 1 << 16;

    private final long arena;
    private final List<WindowedMemory> memories = new ArrayList<>();

    public SpecMemory() {
        try {
            arena = Mmap.reserve(ARENA_BYTES);
        } catch (IOException refused) {
            throw new UncheckedIOException(refused);
        }
    }

    /** The memory that a module wants as env.memory; null when it wants none. */
    public @Nullable WindowedMemory forModule(byte[] module) {
        try {
            return Parser.parse(module).importSection().stream()
                    .filter(MemoryImport.class::isInstance)
                    .map(MemoryImport.class::cast)
                    .filter(wanted -> wanted.module().equals(Intrinsic.MEMORY_MODULE)
                            && wanted.name().equals(Intrinsic.MEMORY_NAME))
                    .findFirst()
                    .map(wanted -> create(wanted.limits()))
                    .orElse(null);
        } catch (ChicoryException invalid) {
            return null;
        }
    }

    private WindowedMemory create(MemoryLimits limits) {
        try {
            int pagesMax = Math.min(limits.maximumPages(), WindowedMemory.PAGES_MAX);
            WindowedMemory memory = new WindowedMemory(limits.initialPages(), pagesMax, arena, ARENA_BYTES);
            memories.add(memory);
            return memory;
        } catch (IOException refused) {
            throw new UncheckedIOException(refused);
        }
    }

    /** The module that scripts take imports from when no other module is meant. */
    public static byte[] spectest() {
        try (InputStream resource = SpecMemory.class.getResourceAsStream("spectest.wasm")) {
            return Objects.requireNonNull(resource).readAllBytes();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    @Override
    public void close() {
        try {
            memories.forEach(WindowedMemory::close);
            Mmap.unmap(arena, ARENA_BYTES);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
