package dev.quern.sandbox;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The function runtimes that are on the class path, and which of them is in force. Safe on any thread. */
final class Runtimes implements AutoCloseable {
    /** The best first. */
    private final List<FunctionRuntime> all = new ArrayList<>();

    private final FunctionRuntime preferred;
    private final RuntimeReport report;
    private final Map<String, RuntimeCosts> measured = new ConcurrentHashMap<>();

    /**
     * Finds them.
     *
     * @param wanted a runtime's name, or {@link Manifest#AUTO}
     * @throws IllegalArgumentException when the one that is wanted is none, is not available here, or does not isolate
     */
    Runtimes(String wanted) {
        for (FunctionRuntime runtime : ServiceLoader.load(FunctionRuntime.class)) {
            all.add(runtime);
        }
        all.sort(Comparator.comparingInt(FunctionRuntime::preference).reversed());
        preferred = choose(wanted);
        FunctionRuntime best = all.getFirst();
        report = new RuntimeReport(
                preferred.name(),
                preferred.name().equals("graalwasm"),
                "functions run on " + preferred.describe()
                        + (preferred.name().equals(best.name()) ? "" : "; " + best.describe()));
    }

    private FunctionRuntime choose(String name) {
        for (FunctionRuntime runtime : all) {
            if (runtime.isAvailable()
                    && runtime.isIsolating()
                    && (name.equals(Manifest.AUTO) || name.equals(runtime.name()))) {
                return runtime;
            }
        }
        throw new IllegalArgumentException(
                needsTrust(name)
                        ? "runtime " + name + " does not isolate, and so is nobody's default; name it in manifests"
                        : noneAvailable(name));
    }

    private String noneAvailable(String name) {
        return "no function runtime '" + name + "' is available: "
                + all.stream().map(FunctionRuntime::describe).collect(Collectors.joining("; "));
    }

    /** The one in force. */
    FunctionRuntime preferred() {
        return preferred;
    }

    RuntimeReport report() {
        return report;
    }

    /** One that may run a function until the one in force has compiled it; null when that is fast at once, or none is. */
    @Nullable
    FunctionRuntime early() {
        if (!preferred.isFastAtOnce()) {
            for (FunctionRuntime runtime : all) {
                if (runtime.isAvailable() && runtime.isFastAtOnce()) {
                    return runtime;
                }
            }
        }
        return null;
    }

    /** The names of those that can run functions here. */
    List<String> names() {
        return all.stream()
                .filter(FunctionRuntime::isAvailable)
                .map(FunctionRuntime::name)
                .toList();
    }

    FunctionRuntime named(String name) {
        return all.stream()
                .filter(runtime -> runtime.isAvailable() && runtime.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(noneAvailable(name)));
    }

    RuntimeCosts costs(String name) {
        FunctionRuntime runtime = named(name);
        return measured.getOrDefault(name, runtime.costs());
    }

    void setCosts(String name, RuntimeCosts costs) {
        measured.put(name, costs);
    }

    /** Whether a runtime is for tenants only that are trusted with it. */
    boolean needsTrust(String name) {
        return all.stream().anyMatch(known -> known.name().equals(name) && !known.isIsolating());
    }

    /** @throws IllegalArgumentException unless it {@linkplain #needsTrust needs trust} */
    void checkNeedsTrust(String name) {
        if (!needsTrust(name)) {
            throw new IllegalArgumentException("'" + name + "' is no runtime that needs trust; there are "
                    + all.stream()
                            .filter(known -> !known.isIsolating())
                            .map(FunctionRuntime::name)
                            .collect(Collectors.joining(", ")));
        }
    }

    /**
     * The one that a manifest asks for.
     *
     * @param functions of the tenant that deploys
     * @throws FunctionRefusedException when it is not there, or not for this tenant
     */
    FunctionRuntime of(Manifest manifest, TenantFunctions functions, String tenant) throws FunctionRefusedException {
        if (manifest.runtime().equals(Manifest.AUTO)) {
            return preferred;
        }
        for (FunctionRuntime runtime : all) {
            if (manifest.runtime().equals(runtime.name()) && runtime.isAvailable()) {
                if (!runtime.isIsolating() && !functions.trusts(runtime.name())) {
                    throw new FunctionRefusedException(manifest.name() + ": runtime " + runtime.name()
                            + " does not isolate, and runs functions for tenants only that the operator trusts with it"
                            + " (trusted_runtimes in the configuration); tenant " + tenant + " is not");
                }
                return runtime;
            }
        }
        throw new FunctionRefusedException(noneAvailable(manifest.runtime()));
    }

    @Override
    public void close() {
        all.forEach(FunctionRuntime::close);
    }
}
