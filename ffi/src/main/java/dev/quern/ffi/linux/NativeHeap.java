package dev.quern.ffi.linux;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * The C library's heap, for blocks that are large and not at once filled: unlike an arena's, they are not cleared, so that the kernel
 * backs them page by page as they are written. Any thread; who allocates frees.
 */
public final class NativeHeap {
    private static final MethodHandle MALLOC =
            bind("malloc", FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
    private static final MethodHandle FREE = bind("free", FunctionDescriptor.ofVoid(ValueLayout.JAVA_LONG));

    private NativeHeap() {}

    private static MethodHandle bind(String name, FunctionDescriptor descriptor) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), descriptor);
    }

    /**
     * The address of a block of so many bytes, aligned to 16; its content is whatever was there: write before reading.
     *
     * @throws OutOfMemoryError when the system has none left
     */
    public static long allocate(long bytes) {
        try {
            long address = (long) MALLOC.invokeExact(bytes);
            if (address == 0) {
                throw new OutOfMemoryError("malloc of " + bytes + " bytes");
            }
            return address;
        } catch (Throwable thrown) {
            throw LinuxCalls.unexpected(thrown);
        }
    }

    public static void free(long address) {
        try {
            FREE.invokeExact(address);
        } catch (Throwable thrown) {
            throw LinuxCalls.unexpected(thrown);
        }
    }
}
