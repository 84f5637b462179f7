package dev.quern.sandbox;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What one tenant has deployed, and what its functions logged. Safe on any thread. */
final class TenantFunctions {
    /** The entry that a module's bare name stands for. */
    private static final String ENTRY_DEFAULT = "run";

    private final Map<String, Deployment> deployments = new TreeMap<>();
    private final Map<String, Function> functions = new HashMap<>();
    private final FunctionLog log = new FunctionLog(System::nanoTime);
    private final Set<String> trusted = ConcurrentHashMap.newKeySet();
    private final Consumer<Deployment> gone;
    private volatile FunctionNames names = FunctionNames.EMPTY;

    /** @param gone told of what was removed or replaced */
    TenantFunctions(Consumer<Deployment> gone) {
        this.gone = gone;
    }

    /** Lets the tenant use a runtime that does not isolate. */
    void trust(String runtime) {
        trusted.add(runtime);
    }

    boolean trusts(String runtime) {
        return trusted.contains(runtime);
    }

    FunctionNames names() {
        return names;
    }

    synchronized @Nullable Deployment deployment(String name) {
        return deployments.get(name);
    }

    synchronized List<Deployment> deployments() {
        return new ArrayList<>(deployments.values());
    }

    synchronized @Nullable Function function(String name) {
        return functions.get(name);
    }

    synchronized void put(Deployment added, boolean replaces) throws FunctionRefusedException {
        String name = added.info().manifest().name();
        Deployment present = deployments.get(name);
        if (present != null && !replaces) {
            throw new FunctionRefusedException(
                    "there is a function " + name + " already; deploy with replace, or remove it");
        }
        if (present == null && deployments.size() >= Limits.FUNCTIONS_MAX) {
            throw new FunctionRefusedException("the tenant has " + Limits.FUNCTIONS_MAX + " functions; remove some");
        }
        if (present != null) {
            remove(name);
        }
        deployments.put(name, added);
        List<String> entries = added.info().entries();
        for (String each : entries) {
            String fullName = name + "." + each;
            functions.put(fullName, new Function(added, each, fullName));
        }
        String entry = entryOfModule(entries);
        if (entry != null) {
            functions.put(name, new Function(added, entry, name));
        }
        names = new FunctionNames(functions);
    }

    /** The entry that a module's name alone stands for; null when it has several and none of them is the default. */
    static @Nullable String entryOfModule(List<String> entries) {
        if (entries.size() == 1) {
            return entries.getFirst();
        }
        return entries.contains(ENTRY_DEFAULT) ? ENTRY_DEFAULT : null;
    }

    synchronized boolean remove(String name) {
        Deployment removed = deployments.remove(name);
        if (removed == null) {
            return false;
        }
        removed.remove();
        functions.values().removeIf(function -> function.deployment() == removed);
        names = new FunctionNames(functions);
        gone.accept(removed); // Last, as a core that hears of it must not find it again.
        return true;
    }

    FunctionLog log() {
        return log;
    }
}
