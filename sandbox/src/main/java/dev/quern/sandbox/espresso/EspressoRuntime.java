package dev.quern.sandbox.espresso;

import dev.quern.sandbox.FunctionRefusedException;
import dev.quern.sandbox.FunctionRuntime;
import dev.quern.sandbox.Manifest;
import dev.quern.sandbox.RuntimeCosts;
import dev.quern.sandbox.guest.StoreCalls;
import dev.quern.sandbox.java.JavaRuntime;
import java.io.IOException;
import java.util.Set;
import org.graalvm.polyglot.PolyglotException;
import org.graalvm.polyglot.Value;

/**
 * Functions in Java, each tenant's on each core in a JVM of its own: an Espresso context. Heaps, classes and statics are apart, and calls
 * end wherever they are; but contexts have native access, by which everything can be reached, and so it is for trusted tenants, too.
 */
public final class EspressoRuntime implements FunctionRuntime {
    private static final String LANGUAGE_CLASS = "com/oracle/truffle/espresso/EspressoLanguage.class";

    private final boolean isThere = EspressoRuntime.class.getClassLoader().getResource(LANGUAGE_CLASS) != null;

    /** A jar. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record EspressoModule(String name, byte[] jar) implements Module {}

    @Override
    public String name() {
        return "espresso";
    }

    /** By what is on the class path: an engine is made when the first function comes. */
    @Override
    public boolean isAvailable() {
        return isThere;
    }

    @Override
    public String describe() {
        return isThere
                ? "espresso, a JVM for each tenant and core, with native access: for trusted tenants"
                : "espresso needs jars that Quern does not bring (scripts/setup-espresso)";
    }

    @Override
    public boolean isIsolating() {
        return false;
    }

    @Override
    public int preference() {
        return -1;
    }

    @Override
    public RuntimeCosts costs() {
        return new RuntimeCosts(2_000_000, 1_300, 1_400, 160, 20_000_000);
    }

    @Override
    public long addressMax() {
        return Long.MAX_VALUE;
    }

    @Override
    public int isolatesMax() {
        return GuestVms.MAX;
    }

    /** Reads the jar in a context that no tenant has now, which the next one to call gets. */
    @Override
    public Loaded load(Manifest manifest, byte[] module) throws FunctionRefusedException {
        GuestVm vm = take(manifest);
        try {
            Value function = vm.load(manifest.name(), module, null);
            String names = function.invokeMember("make").asBoolean()
                    ? function.invokeMember("names").asString()
                    : null;
            if (names == null) {
                throw new FunctionRefusedException(
                        manifest.name() + ": " + function.invokeMember("error").asString());
            }
            return new Loaded(
                    new EspressoModule(manifest.name(), module.clone()),
                    JavaRuntime.facts(manifest, names.isEmpty() ? Set.of() : Set.of(names.split("\n"))));
        } catch (PolyglotException failed) {
            throw new FunctionRefusedException(manifest.name() + ": " + failed.getMessage(), failed);
        } finally {
            GuestVms.giveBack(vm);
        }
    }

    private static GuestVm take(Manifest manifest) throws FunctionRefusedException {
        try {
            return GuestVms.take();
        } catch (IOException refused) {
            throw new FunctionRefusedException(manifest.name() + ": " + refused.getMessage(), refused);
        }
    }

    @Override
    public Isolate newIsolate(StoreCalls calls) throws IOException {
        return new EspressoIsolate(calls);
    }

    @Override
    public void close() {
        // Contexts are the process's.
    }
}
