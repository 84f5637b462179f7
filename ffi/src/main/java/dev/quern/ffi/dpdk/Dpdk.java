package dev.quern.ffi.dpdk;

import dev.quern.ffi.dpdk.DpdkException.Reason;
import dev.quern.ffi.dpdk.generated.DpdkCalls;
import dev.quern.ffi.linux.Affinity;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * DPDK's environment (EAL) in this process. It can be started once, with one set of arguments, and not again, not even after it has failed:
 * so says DPDK. It ends with the process, when the threads that polled have gone and
 * their devices are closed.
 *
 * <p>Any thread. Starting it does not change the calling thread: EAL pins whichever thread starts it, so that is one of its own.
 */
public final class Dpdk {
    /** What the process waits at its end for polling threads and open devices, before it leaves DPDK as it stands. */
    private static final long LEAVE_NS = TimeUnit.SECONDS.toNanos(3);

    private static final long LEAVE_LOOK_NS = TimeUnit.MILLISECONDS.toNanos(5);

    /** Those that are registered. */
    private static final Set<Thread> THREADS = ConcurrentHashMap.newKeySet();

    private static @Nullable Dpdk running;
    private static int openDevices;
    private static boolean hasLeft;
    private static @Nullable String failure;

    private final DpdkAbi abi;
    private final List<String> arguments;
    private final List<String> startLog;

    private Dpdk(DpdkAbi abi, List<String> arguments, List<String> startLog) {
        this.abi = abi;
        this.arguments = arguments;
        this.startLog = startLog;
    }

    /**
     * The version installed, {@code DPDK 22.11.5}. Loads the libraries, and starts nothing.
     *
     * @throws DpdkException NOT_INSTALLED or UNKNOWN_ABI
     */
    public static String version() throws DpdkException {
        DpdkLibraries.load();
        return DpdkCalls.rte_version().getString(0);
    }

    /**
     * The layouts of the version installed. Loads the libraries, and starts nothing.
     *
     * @throws DpdkException NOT_INSTALLED or UNKNOWN_ABI
     */
    public static DpdkAbi abi() throws DpdkException {
        return DpdkLibraries.load();
    }

    /**
     * Starts DPDK. Asked again with the same arguments, it gives what is running.
     *
     * @param arguments EAL's own, such as {@code --no-pci --in-memory -a 0000:03:00.0}; without {@code -l}, {@code -c} or {@code --lcores} it is
     *     told to start no threads of its own beyond the one it must have
     * @throws DpdkException for every reason that there is; after most of them only another process can try again
     */
    public static synchronized Dpdk start(List<String> arguments) throws DpdkException {
        Dpdk started = running;
        if (started != null) {
            if (started.arguments.equals(arguments)) {
                return started;
            }
            throw new DpdkException(
                    Reason.ALREADY_STARTED,
                    "DPDK was started in this process with " + started.arguments + " and cannot be started again with "
                            + arguments + ": use the same arguments, or another process");
        }
        if (failure != null) {
            throw new DpdkException(
                    Reason.ALREADY_STARTED,
                    "DPDK failed to start in this process (" + failure
                            + ") and cannot be tried again in it: start the process anew");
        }
        DpdkAbi abi = DpdkLibraries.load();
        try {
            started = new Dpdk(abi, List.copyOf(arguments), initialise(withLcores(arguments)));
        } catch (DpdkException failed) {
            failure = failed.getMessage();
            throw failed;
        }
        running = started;
        Runtime.getRuntime().addShutdownHook(new Thread(Dpdk::leave, "quern-dpdk-leave"));
        return started;
    }

    private static List<String> withLcores(List<String> arguments) throws DpdkException {
        for (String argument : arguments) {
            if (argument.startsWith("-l") || argument.startsWith("-c") || argument.startsWith("--lcores")) {
                return arguments;
            }
        }
        List<String> extended = new ArrayList<>(arguments);
        try {
            extended.add("-l");
            extended.add(Integer.toString(Affinity.allowed().nextSetBit(0)));
        } catch (IOException failed) {
            throw new DpdkException(Reason.OTHER, "which processors may be used: " + failed.getMessage(), failed);
        }
        return extended;
    }

    /** On a thread of its own, which EAL pins to a processor, and which threads started by it would inherit. */
    private static List<String> initialise(List<String> arguments) throws DpdkException {
        List<String> log = new ArrayList<>();
        @Nullable Object[] outcome = new Object[1];
        Thread thread = new Thread(
                () -> {
                    try {
                        log.addAll(initialiseHere(arguments));
                    } catch (DpdkException | RuntimeException | Error thrown) {
                        outcome[0] = thrown;
                    }
                },
                "quern-dpdk-start");
        thread.start();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException again) {
                interrupted = true; // EAL cannot be left half started.
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        switch (outcome[0]) {
            case null -> {
                return log;
            }
            case DpdkException failed -> throw failed;
            case Error error -> throw error;
            case Object other -> throw new IllegalStateException((Throwable) other);
        }
    }

    private static List<String> initialiseHere(List<String> arguments) throws DpdkException {
        // EAL keeps pointers into its arguments for as long as it runs.
        Arena arena = Arena.global();
        MemorySegment argv = arena.allocate(ValueLayout.ADDRESS, arguments.size() + 2L);
        argv.setAtIndex(ValueLayout.ADDRESS, 0, arena.allocateFrom("quern"));
        for (int i = 0; i < arguments.size(); i++) {
            argv.setAtIndex(ValueLayout.ADDRESS, i + 1L, arena.allocateFrom(arguments.get(i)));
        }
        try (EalLog log = EalLog.open()) {
            int result = DpdkCalls.rte_eal_init(arguments.size() + 1, argv);
            if (result < 0) {
                throw EalFailure.of(arguments, RteErrno.current(), log.lines());
            }
            return log.lines();
        }
    }

    /** The running one, or null. */
    public static synchronized @Nullable Dpdk running() {
        return running;
    }

    /** What it was started with. */
    public List<String> arguments() {
        return arguments;
    }

    /** What EAL wrote while it started: warnings, of devices that it could not take, for one. */
    public List<String> startLog() {
        return startLog;
    }

    DpdkAbi layouts() {
        return abi;
    }

    /** Whether packets lie on huge pages. */
    public boolean hasHugePages() {
        return DpdkCalls.rte_eal_has_hugepages() != 0;
    }

    /**
     * Makes the calling thread known, without which each of its buffers costs a turn at the pool's own ring. To be called once by every
     * thread that is going to poll, and {@link #unregisterThread} by it at its end, also after false.
     *
     * @return false when DPDK has no room for more: the thread may poll all the same, more slowly
     */
    public boolean registerThread() {
        THREADS.add(Thread.currentThread());
        return DpdkCalls.rte_thread_register() == 0;
    }

    /** The calling thread, which was registered, polls no more. */
    public void unregisterThread() {
        DpdkCalls.rte_thread_unregister();
        THREADS.remove(Thread.currentThread());
    }

    /** At the process's end: gives huge pages and files back, unless somebody still polls, who must not lose the memory under his feet. */
    private static void leave() {
        long deadlineNs = System.nanoTime() + LEAVE_NS;
        while (!leaveIfUnused() && System.nanoTime() - deadlineNs < 0) {
            LockSupport.parkNanos(LEAVE_LOOK_NS);
        }
    }

    /** DPDK closes what is open still, and fails when somebody else does so at the same time, or polls. */
    private static synchronized boolean leaveIfUnused() {
        if (openDevices > 0 || THREADS.stream().anyMatch(Thread::isAlive)) {
            return false;
        }
        hasLeft = true;
        int result = DpdkCalls.rte_eal_cleanup();
        assert result == 0 : "EAL has nothing else to do here, and the process ends anyway";
        return true;
    }

    /**
     * A device is being opened: until {@link #closed}, DPDK is not left.
     *
     * @throws DpdkException when it has been left
     */
    static synchronized void opening() throws DpdkException {
        if (hasLeft) {
            throw new DpdkException(Reason.OTHER, "the process is ending, and has left DPDK");
        }
        openDevices++;
    }

    /** A device is closed, or was not opened after all. */
    static synchronized void closed() {
        openDevices--;
    }
}
