package dev.quern.sandbox;

/**
 * Which runtime runs functions in this JVM.
 *
 * @param runtime its name
 * @param isCompiledByGraal whether functions run as machine code made by Graal
 * @param line for people: what is in force, and what to do if it is not the best
 */
public record RuntimeReport(String runtime, boolean isCompiledByGraal, String line) {}
