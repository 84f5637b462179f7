package dev.quern.sandbox;

import dev.quern.guest.Entries;
import dev.quern.sandbox.check.ModuleFacts;
import dev.quern.sandbox.guest.InitialImage;
import dev.quern.sandbox.guest.StoreCalls;
import java.io.IOException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A way to run functions. Found by {@link java.util.ServiceLoader}; one object serves all tenants and cores. Safe on any thread.
 */
public interface FunctionRuntime extends AutoCloseable {
    /** As manifests name it. */
    String name();

    /** Whether it runs at full speed in this JVM; one that does not is chosen by nobody. */
    boolean isAvailable();

    /** For people: what it is and, when it is not available, what would make it so. */
    String describe();

    /**
     * Whether what it runs is kept from all that is not its tenant's. A runtime that does not see to that runs functions for those tenants
     * only that the operator trusts with it, and is nobody's default.
     */
    default boolean isIsolating() {
        return true;
    }

    /** Whether a module runs at a good part of its full speed within its first calls, and so may run on it until another is faster. */
    default boolean isFastAtOnce() {
        return false;
    }

    /** How many isolates there can be at once. */
    default int isolatesMax() {
        return Integer.MAX_VALUE;
    }

    /** Of the available ones that isolate, that with the highest is in force. */
    int preference();

    /** What it costs, as far as is known before it was measured here: see {@link Functions#costs}. */
    RuntimeCosts costs();

    /** Guest addresses that its code can read are below this. */
    long addressMax();

    /** Checks a module and makes it ready. May take long. */
    Loaded load(Manifest manifest, byte[] module) throws FunctionRefusedException;

    /** As {@link #load}, for a function whose classes the JVM has already; {@code maker} is asked for an object on each core. */
    default Loaded load(Manifest manifest, Supplier<? extends Entries> maker) throws FunctionRefusedException {
        throw new FunctionRefusedException(
                manifest.name() + ": " + name() + " runs modules; the classes of this JVM are for runtime java");
    }

    /** What one tenant has on one core. Called on that core's thread. */
    Isolate newIsolate(StoreCalls calls) throws IOException;

    @Override
    void close();

    /** A parsed module; shared by all cores. */
    interface Module {}

    /** A module that is ready, and what is known of it. */
    record Loaded(Module module, ModuleFacts facts) {}

    /** One tenant's instances on one core. Thread: that core's, another one perhaps after {@link #rest}; but for {@link #interrupt}. */
    interface Isolate extends AutoCloseable {
        /**
         * An instance of a module, with memory of its own.
         *
         * @throws IOException when the system has no memory to give
         */
        Instance instantiate(Module module, InstanceMemory memory) throws IOException;

        /** Until it rests, calls come from this thread, which {@link #interrupt} and {@link #pause} have to reach. */
        void enterOn(Thread thread);

        /** The core will not call for a while, or calls in another isolate: what was kept from call to call is let go. Cheap. */
        void rest();

        /** Ends the call that is running, soon. From another thread; the caller makes sure that the call meant is still the one. */
        void interrupt();

        /** Has the call that is running come to a safe point, soon. From another thread, as {@link #interrupt}. */
        void pause();

        /** Forgets an interrupt that came too late. After the interrupter is done. */
        void clearInterrupt();

        @Override
        void close();
    }

    /** A module's instance. Thread: its core's. */
    interface Instance extends AutoCloseable {
        /** An entry to call; cheap to call often. */
        Entry entry(String name);

        /**
         * Makes memory and globals what they were when it was made, for an instance that was asked for with a {@link Renewal}. Between two
         * calls. False when it cannot, and a new instance has to take its place.
         */
        default boolean renew() {
            return false;
        }

        /**
         * What it remembers between two calls, of an instance of a portable module; valid until it is called again or closed.
         *
         * @param globalCount how many globals there are in the module as deployed
         */
        default InstanceState state(int globalCount) {
            throw new UnsupportedOperationException("an instance that keeps its state to itself");
        }

        /** Goes on with what another instance of the same portable module remembers. Before its first call. */
        default void adopt(InstanceState state) {
            throw new UnsupportedOperationException("an instance that keeps its state to itself");
        }

        /** How much private memory it holds, in bytes; some microseconds to find. */
        default long residentBytes() {
            return 0;
        }

        @Override
        void close();
    }

    /** An exported {@code () -> i32}. Thread: its core's. */
    interface Entry {
        /**
         * Runs it.
         *
         * @throws dev.quern.sandbox.guest.GuestTrap when it did not come to its end
         */
        int call();
    }

    /**
     * How an instance's memory is made.
     *
     * @param pages at first, of 64 KiB
     * @param pagesMax at most
     * @param arenaAddress where the tenant's records begin
     * @param arenaLength how long their range is
     * @param renewal for an instance that is to be renewed between calls
     */
    record InstanceMemory(
            int pages,
            int pagesMax,
            long arenaAddress,
            long arenaLength,
            @Nullable Renewal renewal) {}

    /**
     * What an instance comes back to.
     *
     * @param image what its memory held at first
     * @param globalCount how many globals there are in the module as deployed; any that follow stay as they are
     */
    record Renewal(InitialImage image, int globalCount) {}
}
