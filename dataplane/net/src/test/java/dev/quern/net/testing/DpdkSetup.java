package dev.quern.net.testing;

import static org.junit.jupiter.api.Assumptions.abort;

import dev.quern.ffi.dpdk.Dpdk;
import dev.quern.ffi.dpdk.DpdkException;
import java.util.List;

/** How tests run DPDK: it starts once in a process, so all use the same arguments. */
public final class DpdkSetup {
    /** Virtual devices only, on ordinary memory. */
    public static final List<String> EAL =
            List.of("--no-pci", "--no-huge", "-m", "128", "--no-shconf", "--no-telemetry");

    private DpdkSetup() {}

    /** Skips the test where DPDK is not installed. */
    public static void need() throws DpdkException {
        try {
            Dpdk.version();
        } catch (DpdkException missing) {
            if (missing.reason() == DpdkException.Reason.NOT_INSTALLED) {
                abort(String.valueOf(missing.getMessage()));
            }
            throw missing;
        }
    }
}
