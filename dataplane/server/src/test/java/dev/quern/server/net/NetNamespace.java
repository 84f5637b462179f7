package dev.quern.server.net;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A network namespace of the kernel's, for one test; wants root. Threads that a call starts are in it as well, and sockets that they open stay in it. */
final class NetNamespace implements AutoCloseable {
    private static final int CLONE_NEWNET = 0x4000_0000;
    private static final int SIOCETHTOOL = 0x8946;
    private static final int ETHTOOL_SET_TRANSMIT_CHECKSUMS = 0x17;

    private final String name;

    private NetNamespace(String name) {
        this.name = name;
    }

    /** Why there can be none here; empty when there can. */
    static String obstacle() {
        if (!"root".equals(System.getProperty("user.name"))) {
            return "a network namespace wants root";
        }
        if (!Files.isExecutable(Path.of("/usr/sbin/ip")) && !Files.isExecutable(Path.of("/sbin/ip"))) {
            return "a network namespace wants iproute2";
        }
        try (NetNamespace tried = create("quern-try-" + ProcessHandle.current().pid())) {
            tried.ip("link", "add", "name", "try0", "type", "veth", "peer", "name", "try1");
            return "";
        } catch (IllegalStateException refused) {
            return String.valueOf(refused.getMessage());
        }
    }

    static NetNamespace create(String name) {
        run("ip", "netns", "add", name);
        return new NetNamespace(name);
    }

    String name() {
        return name;
    }

    /** {@code ip} within it. */
    void ip(String... arguments) {
        String[] command = new String[arguments.length + 3];
        command[0] = "ip";
        command[1] = "-n";
        command[2] = name;
        System.arraycopy(arguments, 0, command, 3, arguments.length);
        run(command);
    }

    private static void run(String... command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(20, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IllegalStateException(String.join(" ", command) + ": " + said.strip());
            }
        } catch (java.io.IOException failed) {
            throw new IllegalStateException(String.join(" ", command), failed);
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }

    /** Runs this on a thread of its own within the namespace. */
    <T> T call(Callable<T> callable) throws Exception {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread.ofPlatform().start(() -> {
            try {
                enter();
                result.complete(callable.call());
            } catch (Throwable failed) {
                result.completeExceptionally(failed);
            }
        });
        return result.get(60, TimeUnit.SECONDS);
    }

    private void enter() throws Throwable {
        try (Arena arena = Arena.ofConfined()) {
            MethodHandle open = bind(
                    "open",
                    FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
                    Linker.Option.firstVariadicArg(2));
            MethodHandle setns = bind(
                    "setns", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
            int descriptor = (int) open.invokeExact(arena.allocateFrom("/run/netns/" + name), 0);
            int entered = descriptor < 0 ? -1 : (int) setns.invokeExact(descriptor, CLONE_NEWNET);
            int ignored = closeDescriptor(descriptor);
            if (entered < 0) {
                throw new IllegalStateException("namespace " + name + " cannot be entered");
            }
        }
    }

    private static MethodHandle bind(String function, FunctionDescriptor descriptor, Linker.Option... options) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(function), descriptor, options);
    }

    private static int closeDescriptor(int descriptor) throws Throwable {
        return (int) bind("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT))
                .invokeExact(descriptor);
    }

    /** Has the kernel compute the checksums of what it sends by this interface, as for hardware that cannot. */
    void computeChecksums(String link) throws Exception {
        call(() -> {
            try (Arena arena = Arena.ofConfined()) {
                int socket = (int) bind(
                                "socket",
                                FunctionDescriptor.of(
                                        ValueLayout.JAVA_INT,
                                        ValueLayout.JAVA_INT,
                                        ValueLayout.JAVA_INT,
                                        ValueLayout.JAVA_INT))
                        .invokeExact(2, 2, 0);
                MemorySegment value = arena.allocate(8, 8);
                value.set(ValueLayout.JAVA_INT, 0, ETHTOOL_SET_TRANSMIT_CHECKSUMS);
                MemorySegment request = arena.allocate(40, 8);
                request.setString(0, link);
                request.set(ValueLayout.ADDRESS, 16, value);
                int set = (int) bind(
                                "ioctl",
                                FunctionDescriptor.of(
                                        ValueLayout.JAVA_INT,
                                        ValueLayout.JAVA_INT,
                                        ValueLayout.JAVA_LONG,
                                        ValueLayout.ADDRESS),
                                Linker.Option.firstVariadicArg(2))
                        .invokeExact(socket, (long) SIOCETHTOOL, request);
                int ignored = closeDescriptor(socket);
                if (set < 0) {
                    throw new IllegalStateException("checksums of " + link + " cannot be set");
                }
                return link;
            } catch (RuntimeException failed) {
                throw failed;
            } catch (Throwable failed) {
                throw new IllegalStateException(failed);
            }
        });
    }

    @Override
    public void close() {
        run("ip", "netns", "del", name);
    }
}
