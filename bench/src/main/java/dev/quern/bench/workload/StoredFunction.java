package dev.quern.bench.workload;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * A function that a workload calls, for Quern, for Redis and for Tarantool. A call that returns {@value #NOT_FOUND} found no record; the Lua functions then return nil. Immutable;
 * safe on any thread.
 */
public final class StoredFunction {
    /** What an entry returns that found no record. */
    public static final int NOT_FOUND = 2;

    private static final String EXAMPLES = "/dev/quern/sandbox/examples/";
    private static final String SCRIPTS = "/dev/quern/bench/workload/";

    private final String name;
    private final byte[] module;
    private final String lua;
    private final String tarantool;
    private final boolean isReadOnly;

    private StoredFunction(String name, byte[] module, String lua, String tarantool, boolean isReadOnly) {
        this.name = name;
        this.module = module;
        this.lua = lua;
        this.tarantool = tarantool;
        this.isReadOnly = isReadOnly;
    }

    /** One of the sandbox's examples, and the scripts of its name that lie beside this class. */
    public static StoredFunction example(String name, boolean isReadOnly) {
        return new StoredFunction(
                name,
                read(EXAMPLES + name + ".wasm"),
                script(name + ".lua"),
                script(name + ".tarantool.lua"),
                isReadOnly);
    }

    private static String script(String name) {
        return new String(read(SCRIPTS + name), StandardCharsets.UTF_8);
    }

    /** One of the sandbox's examples that the others have none like. */
    static StoredFunction exampleOfOurs(String name, boolean isReadOnly) {
        return new StoredFunction(name, read(EXAMPLES + name + ".wasm"), "", "", isReadOnly);
    }

    private static byte[] read(String resource) {
        try (InputStream input = StoredFunction.class.getResourceAsStream(resource)) {
            if (input == null) {
                throw new IllegalStateException("not on the class path: " + resource);
            }
            return input.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Of the module, and of Redis's library. */
    public String name() {
        return name;
    }

    /** WebAssembly; an entry {@code E} is called {@code name.E}. */
    public byte[] module() {
        return module.clone();
    }

    /** A library for Redis whose functions are called {@code name} or {@code name_E}, with the same arguments and replies; empty when there is none. */
    public String lua() {
        return lua;
    }

    /**
     * A chunk for Tarantool that defines functions called {@code name} or {@code name.E}, with the same arguments and replies, over the space {@code records} and
     * spaces of its own; empty when there is none.
     */
    public String tarantool() {
        return tarantool;
    }

    /** Whether it never writes. */
    public boolean isReadOnly() {
        return isReadOnly;
    }
}
