package dev.quern.ffi.dpdk;

import java.util.List;

/** Tries to start DPDK twice in a process of its own, and says what came of it. Needs nothing but our own classes, as other users may not read more. */
final class DpdkRefusal {
    private DpdkRefusal() {}

    public static void main(String[] arguments) {
        say("first ", List.of(arguments));
        say("second ", List.of("--no-pci", "--no-huge"));
    }

    private static void say(String which, List<String> arguments) {
        String outcome;
        try {
            outcome = Dpdk.start(arguments).hasHugePages() ? "HUGE" : "STARTED";
        } catch (DpdkException refused) {
            outcome = refused.reason() + " "
                    + String.valueOf(refused.getMessage()).replace('\n', ' ');
        }
        // DPDK's usage may stand half written before this.
        System.out.println("\n" + which + outcome);
        System.out.flush();
    }
}
