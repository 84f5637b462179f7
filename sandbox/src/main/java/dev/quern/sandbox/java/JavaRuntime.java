package dev.quern.sandbox.java;

import dev.quern.guest.Entries;
import dev.quern.sandbox.FunctionRefusedException;
import dev.quern.sandbox.FunctionRuntime;
import dev.quern.sandbox.Manifest;
import dev.quern.sandbox.RuntimeCosts;
import dev.quern.sandbox.check.ModuleFacts;
import dev.quern.sandbox.guest.StoreCalls;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * Functions in Java, in this very JVM: for those that the operator trusts as the server itself. What isolation costs is measured against
 * it. Loops of classes that come in a jar tick, as WebAssembly's do; classes that the JVM had already are left as they are.
 */
public final class JavaRuntime implements FunctionRuntime {
    private static final int ENTRIES_MAX = 256;
    private static final Pattern ENTRY = Pattern.compile("[A-Za-z_][A-Za-z0-9_-]{0,63}");

    /** What makes a function's object, once for each core. */
    record JavaModule(Supplier<? extends Entries> maker) implements Module {}

    @Override
    public String name() {
        return "java";
    }

    @Override
    public boolean isAvailable() {
        return true;
    }

    @Override
    public String describe() {
        return "java, in this JVM and unconfined: for trusted tenants";
    }

    @Override
    public boolean isIsolating() {
        return false;
    }

    @Override
    public int preference() {
        return 0;
    }

    @Override
    public RuntimeCosts costs() {
        return new RuntimeCosts(5, 5, 40, 30, 500);
    }

    @Override
    public long addressMax() {
        return Long.MAX_VALUE;
    }

    @Override
    public Loaded load(Manifest manifest, byte[] module) throws FunctionRefusedException {
        return load(manifest, GuestJar.open(manifest.name(), module, true).maker());
    }

    @Override
    public Loaded load(Manifest manifest, Supplier<? extends Entries> maker) throws FunctionRefusedException {
        Set<String> names;
        try {
            names = Set.copyOf(maker.get().entries().keySet());
        } catch (RuntimeException | LinkageError | StackOverflowError failed) {
            throw new FunctionRefusedException(
                    manifest.name() + ": the class cannot be used: " + GuestJar.describe(failed), failed);
        }
        return new Loaded(new JavaModule(maker), facts(manifest, names));
    }

    /** What is known of a function in Java by the names of its entries. */
    public static ModuleFacts facts(Manifest manifest, Set<String> names) throws FunctionRefusedException {
        for (String name : names) {
            if (!ENTRY.matcher(name).matches()) {
                throw new FunctionRefusedException(manifest.name() + ": an entry cannot be called '" + name
                        + "': begin with a letter or _, then use letters, digits, _ and -, up to 64");
            }
        }
        if (names.isEmpty() || names.size() > ENTRIES_MAX) {
            throw new FunctionRefusedException(manifest.name() + ": " + names.size() + " entries; there are from 1 to "
                    + ENTRIES_MAX + ", by convention `run`");
        }
        return ModuleFacts.of(names.stream().toList());
    }

    @Override
    public Isolate newIsolate(StoreCalls calls) {
        return new JavaIsolate(calls);
    }

    @Override
    public void close() {
        // Holds nothing but classes.
    }
}
