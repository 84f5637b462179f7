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
 * @param calls how many calls have ended since it was deployed
 * @param failures how many of them ended otherwise than well: by a trap, too late, in conflict, or with another number than 0
 * @param targetMet calls that took no longer than the manifest's target, from arrival to end; 0 without one
 * @param targetMissed calls that took longer
 */
public record FunctionInfo(
        Manifest manifest,
        String runtime,
        String nextRuntime,
        List<String> entries,
        int moduleBytes,
        String sha256,
        long deployedAtMs,
        long calls,
        long failures,
        long targetMet,
        long targetMissed) {
    /** The same as it is now. */
    FunctionInfo now(String runtimeNow, String next, long callsNow, long failuresNow, long met, long missed) {
        return new FunctionInfo(
                manifest,
                runtimeNow,
                next,
                entries,
                moduleBytes,
                sha256,
                deployedAtMs,
                callsNow,
                failuresNow,
                met,
                missed);
    }
}
