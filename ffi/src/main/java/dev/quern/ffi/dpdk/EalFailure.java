package dev.quern.ffi.dpdk;

import dev.quern.ffi.dpdk.DpdkException.Reason;
import java.util.List;
import java.util.Locale;

/** Finds out of EAL's error number and its log why it did not start, and says what to do. */
final class EalFailure {
    /** Lines of the log that go into a message: the last ones name the cause, the first ones the facts. */
    private static final int LINES_MAX = 4;

    private EalFailure() {}

    static DpdkException of(List<String> arguments, int error, List<String> log) {
        String text = String.join("\n", log).toLowerCase(Locale.ROOT);
        Reason reason = reason(arguments, error, text);
        return new DpdkException(
                reason, "DPDK did not start with " + arguments + ": " + advice(reason) + quote(error, log));
    }

    private static Reason reason(List<String> arguments, int error, String text) {
        boolean denied = error == RteErrno.EACCES
                || error == RteErrno.EPERM
                || text.contains("permission denied")
                || text.contains("operation not permitted");
        if (error == RteErrno.EALREADY) {
            return Reason.ALREADY_STARTED;
        }
        if (text.contains("unrecognized option")
                || text.contains("invalid option")
                || text.contains("option requires an argument")
                || text.contains("invalid 'command line' arguments")
                || text.contains("cannot be specified")
                || text.contains("not compatible")) {
            return Reason.BAD_ARGUMENTS;
        }
        if (text.contains("cannot create lock on") || text.contains("another primary process")) {
            return Reason.DEVICE_BUSY;
        }
        if (denied) {
            return Reason.NO_PERMISSION;
        }
        if (!arguments.contains("--no-huge")
                && (text.contains("hugepage") || text.contains("hugetlb") || error == RteErrno.ENOMEM)) {
            return Reason.NO_HUGEPAGES;
        }
        if (text.contains("failed to parse device")
                || text.contains("cannot probe")
                || text.contains("failed to probe")) {
            return Reason.DEVICE_UNKNOWN;
        }
        return Reason.OTHER;
    }

    private static String advice(Reason reason) {
        return switch (reason) {
            case ALREADY_STARTED ->
                "it runs in this process already, started by somebody else: only one part of a process can start it";
            case BAD_ARGUMENTS -> "it does not take these arguments: change dpdk.eal";
            case NO_HUGEPAGES ->
                "it finds no huge pages free: reserve some by sudo scripts/setup-dpdk hugepages, or go without by"
                        + " --no-huge -m 256 in place of --in-memory";
            case NO_PERMISSION ->
                "this user may not: run as root, or without huge pages and devices by --no-huge -m 256 --no-shconf --no-pci";
            case DEVICE_BUSY ->
                "another process runs with the same --file-prefix: end it, or give this one a prefix of its own or --in-memory";
            case DEVICE_UNKNOWN -> "it cannot make a device that was asked for: check its name and arguments";
            default -> "see what it says";
        };
    }

    private static String quote(int error, List<String> log) {
        List<String> telling = log.stream()
                .filter(line -> !line.contains("Detected") && !line.isBlank())
                .toList();
        List<String> last = telling.subList(Math.max(0, telling.size() - LINES_MAX), telling.size());
        return " (" + (error == 0 ? "" : RteErrno.describe(error) + "; ") + String.join(" | ", last) + ")";
    }
}
