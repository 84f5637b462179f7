package dev.quern.sandbox.spec;

import dev.quern.sandbox.FunctionRefusedException;
import java.util.List;

/**
 * A runtime as the test suite's scripts use it: any module, any import, with Quern's memory in place of the runtime's. Thread: one.
 *
 * <p>Values are {@link Integer}, {@link Long}, {@link Float}, {@link Double}, {@code byte[]} of 16 for v128, and {@link Reference}.
 */
public interface SpecRuntime extends AutoCloseable {
    /** The type of a value, as scripts name it. */
    enum SpecType {
        I32,
        I64,
        F32,
        F64,
        V128,
        EXTERNREF,
        FUNCREF
    }

    /**
     * A reference to a function, or to something of the host's with a number of its own.
     *
     * @param number -1 for null; for functions otherwise 0
     */
    record Reference(int number) {
        public static final Reference NULL = new Reference(-1);
    }

    /** What a module or a call did not come through: it trapped, did not link, or ran out of stack. */
    final class SpecTrap extends Exception {
        private static final long serialVersionUID = 1L;

        public SpecTrap(Throwable cause) {
            super(cause.toString(), cause);
        }
    }

    /** As a deployment does; refuses what is malformed or invalid. */
    void load(byte[] module) throws FunctionRefusedException;

    /** Instantiates a module, which may import from those that were registered, and runs its start function. */
    Object instantiate(byte[] module) throws SpecTrap;

    /** Lets later modules import from an instance, under this name. */
    void register(String name, Object instance);

    List<Object> invoke(Object instance, String function, List<Object> arguments, List<SpecType> results)
            throws SpecTrap;

    Object global(Object instance, String name, SpecType type) throws SpecTrap;

    @Override
    void close();
}
