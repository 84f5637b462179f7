package dev.quern.server.doctor;

import dev.quern.ffi.dpdk.Dpdk;
import dev.quern.ffi.dpdk.DpdkException;
import dev.quern.ffi.linux.MultiMessage;
import dev.quern.sandbox.Functions;
import dev.quern.sandbox.FunctionsConfig;
import dev.quern.sandbox.RuntimeReport;
import dev.quern.server.loop.CoreEvents;
import java.lang.invoke.MethodHandles;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

/** The JVM, its options, what functions run on, the kernel's calls, and DPDK. */
final class RuntimeChecks {
    private static final int JDK = 25;
    private static final String START =
            "start by scripts/quern, or java @scripts/jvm.options --upgrade-module-path=COMPILER-JARS";

    private RuntimeChecks() {}

    static List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        findings.add(jdk(Runtime.version(), System.getProperty("java.vm.name", "")));
        findings.add(options(ManagementFactory.getRuntimeMXBean().getInputArguments()));
        findings.add(functions());
        findings.add(kernelCalls());
        findings.add(dpdk());
        return findings;
    }

    static Finding jdk(Runtime.Version version, String name) {
        String fact = name + " " + version;
        return version.feature() == JDK
                ? Finding.ok("JDK", fact)
                : Finding.broken(
                        "JDK", fact + ": functions compile on JDK " + JDK, "sudo apt-get install temurin-25-jdk");
    }

    /** Those of scripts/jvm.options that something depends on. */
    static Finding options(List<String> given) {
        List<String> missing = new ArrayList<>();
        for (String wanted : List.of(
                "-XX:+EnableJVMCI", "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow")) {
            if (given.stream().noneMatch(option -> isSame(option, wanted))) {
                missing.add(wanted);
            }
        }
        return missing.isEmpty()
                ? Finding.ok("JVM options", "as in scripts/jvm.options")
                : Finding.lacks("JVM options", "without " + String.join(" ", missing), START);
    }

    /** The launcher hands some of its options on as properties. */
    private static boolean isSame(String option, String wanted) {
        return option.equals(wanted)
                || option.equals(wanted.replace("--enable-native-access=", "-Djdk.module.enable.native.access="))
                || option.startsWith(
                        wanted.replaceFirst("^--(enable-native-access|sun-misc-unsafe-memory-access)=", "-D$1="));
    }

    private static Finding functions() {
        try (Functions functions = Functions.open(FunctionsConfig.defaults())) {
            RuntimeReport report = functions.report();
            return report.isCompiledByGraal()
                    ? Finding.ok("functions", report.line())
                    : Finding.lacks("functions", report.line(), START);
        }
    }

    private static Finding kernelCalls() {
        boolean hasEpoll = CoreEvents.Kind.best() == CoreEvents.Kind.EPOLL;
        try {
            MethodHandles.lookup().ensureInitialized(MultiMessage.class);
        } catch (IllegalAccessException | LinkageError | IllegalCallerException refused) {
            return Finding.lacks("kernel calls", "no recvmmsg (" + refused + "): UDP goes through NIO", START);
        }
        return hasEpoll
                ? Finding.ok("kernel calls", "recvmmsg, sendmmsg and epoll")
                : Finding.lacks(
                        "kernel calls",
                        "recvmmsg, and no epoll: an idle core sleeps for short whiles",
                        "use Linux on x86_64 or aarch64 with glibc, or udp.driver = \"nio\"");
    }

    private static Finding dpdk() {
        try {
            return Finding.ok("DPDK", Dpdk.version() + ", ABI " + Dpdk.abi().number());
        } catch (DpdkException absent) {
            String why = String.valueOf(absent.getMessage());
            return Finding.lacks("DPDK", why, "scripts/setup-dpdk");
        } catch (LinkageError | IllegalCallerException refused) {
            return Finding.lacks("DPDK", "cannot be called: " + refused, START);
        }
    }
}
