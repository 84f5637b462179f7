package dev.quern.sandbox;

import java.util.List;

/**
 * A deployed module, for people and tools.
 *
 * @param manifest as deployed
 * @param runtime the runtime that runs it
 * @param entries the entries it exports, sorted
 * @param moduleBytes how long the module is
 * @param sha256 of the module, in hexadecimal
 * @param deployedAtMs unix milliseconds
 */
public record FunctionInfo(
        Manifest manifest, String runtime, List<String> entries, int moduleBytes, String sha256, long deployedAtMs) {}
