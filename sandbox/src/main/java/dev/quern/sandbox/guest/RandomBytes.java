package dev.quern.sandbox.guest;

import dev.quern.ffi.linux.NativeMemory;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;

/** Random bytes from the JVM's secure generator, which is made when somebody first asks. One per core. Thread: the core's. */
final class RandomBytes {
    /** At once: they take time that no deadline can cut. */
    static final int MAX = 65_536;

    private @Nullable SecureRandom random;

    void fill(long address, int length) {
        SecureRandom generator = random;
        if (generator == null) {
            generator = new SecureRandom();
            random = generator;
        }
        byte[] bytes = new byte[length];
        generator.nextBytes(bytes);
        NativeMemory.copyFromArray(bytes, 0, address, length);
    }
}
