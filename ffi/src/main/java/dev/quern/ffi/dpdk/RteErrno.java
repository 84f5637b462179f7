package dev.quern.ffi.dpdk;

import dev.quern.ffi.dpdk.generated.DpdkCalls;
import dev.quern.ffi.linux.NativeMemory;
import java.lang.foreign.SymbolLookup;

/** DPDK's error numbers: the system's, and some of its own. Any thread. */
final class RteErrno {
    static final int EPERM = 1;
    static final int ENOENT = 2;
    static final int ENOMEM = 12;
    static final int EACCES = 13;
    static final int EBUSY = 16;
    static final int EEXIST = 17;
    static final int ENODEV = 19;
    static final int EINVAL = 22;
    static final int ENOTSUP = 95;
    static final int EALREADY = 114;

    private RteErrno() {}

    /** {@code rte_errno} of the calling thread: a thread-local variable, so its address is asked for anew each time. */
    static int current() {
        return NativeMemory.getInt(address());
    }

    /** As DPDK's own functions do when they fail. */
    static void set(int error) {
        NativeMemory.putInt(address(), error);
    }

    private static long address() {
        return SymbolLookup.loaderLookup().findOrThrow("per_lcore__rte_errno").address();
    }

    /** In DPDK's words. */
    static String describe(int error) {
        return DpdkCalls.rte_strerror(error).getString(0);
    }
}
