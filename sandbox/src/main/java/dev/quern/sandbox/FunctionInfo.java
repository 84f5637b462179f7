package dev.quern.sandbox;

import java.util.List;

/**
 * A deployed module, for people and tools.
 *
 * @param manifest as deployed
 * @param runtime the runtime that runs it now
 * @param nextRuntime the one that is made ready to run it from then on; empty when there is none
 * @param entries the entries it exports, sorted
 * @param moduleBytes how long the module is
 * @param sha256 of the module, in hexadecimal
 * @param deployedAtMs unix milliseconds
 */
public record FunctionInfo(
        Manifest manifest,
        String runtime,
        String nextRuntime,
        List<String> entries,
        int moduleBytes,
        String sha256,
        long deployedAtMs) {
    /** The same under other runtimes. */
    FunctionInfo withRuntimes(String now, String next) {
        return new FunctionInfo(manifest, now, next, entries, moduleBytes, sha256, deployedAtMs);
    }
}
