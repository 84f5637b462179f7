package dev.quern.sandbox.espresso.guest;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.guest.Buffer;
import dev.quern.guest.Call;
import dev.quern.guest.Entries;
import dev.quern.guest.Entry;
import dev.quern.guest.View;
import dev.quern.sandbox.FunctionRefusedException;
import dev.quern.sandbox.java.GuestJar;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A function's jar, read in its context. The host calls what is public here by name. */
public final class GuestFunction {
    /** What ends a call goes through it. If the first did so while the class is being initialized, the class would be of no use from then on. */
    private static final String HOST_EXCEPTION = "com.oracle.truffle.espresso.polyglot.ForeignException";

    private final @Nullable Supplier<Entries> maker;
    private final @Nullable Call call;
    private Map<String, Entry> entries = Map.of();
    private String error = "";

    private GuestFunction(@Nullable Supplier<Entries> maker, @Nullable Call call) {
        this.maker = maker;
        this.call = call;
    }

    /**
     * Reads a jar.
     *
     * @param host does what the function says when it is called; null for one that is not
     * @return what holds an {@link #error} if it could not be read
     */
    public static GuestFunction load(String name, long jar, int length, @Nullable HostCalls host) {
        Supplier<Entries> maker = null;
        String refused = "";
        try {
            maker = GuestJar.open(name, NativeMemory.toArray(jar, length), false)
                    .maker();
        } catch (FunctionRefusedException bad) {
            refused = String.valueOf(bad.getMessage());
        }
        GuestFunction function = new GuestFunction(maker, host == null ? null : new GuestCall(host));
        function.error = refused;
        return function;
    }

    /** Has loaded what every function's calls need, so that no tenant's first call waits for it. */
    public static void warm(HostCalls host) {
        Call call = new GuestCall(host);
        call.argument(0, new View());
        call.reply(Buffer.of(String.valueOf(call.now() + call.argumentCount())));
        try {
            Class.forName(HOST_EXCEPTION);
        } catch (ClassNotFoundException otherVersion) {
            throw new IllegalStateException("Espresso has no " + HOST_EXCEPTION, otherVersion);
        }
    }

    /** Makes the function's object anew; false when it cannot, and then {@link #error} says why. */
    public boolean make() {
        Supplier<Entries> from = maker;
        if (from == null) {
            return false;
        }
        try {
            entries = Map.copyOf(from.get().entries());
            return true;
        } catch (RuntimeException | LinkageError | StackOverflowError failed) {
            error = GuestJar.describe(failed);
            return false;
        }
    }

    /** The entries' names, one a line. */
    public String names() {
        return String.join("\n", entries.keySet());
    }

    /** An entry that is there. */
    public GuestEntry entry(String name) {
        Entry entry = entries.get(name);
        if (entry == null) {
            throw new IllegalStateException("entry " + name + " was there when it was deployed, and is no more");
        }
        return new GuestEntry(entry, Objects.requireNonNull(call, "loaded without a host"));
    }

    /** What went wrong last. */
    public String error() {
        return error;
    }
}
