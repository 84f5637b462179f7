package dev.quern.sandbox;

/**
 * How functions are run.
 *
 * @param runtime the name of the runtime for manifests that name none, or {@link Manifest#AUTO} for the best there is
 * @param warmsUp whether a thread calls small functions at first, for up to three seconds once in a JVM, so that a tenant's first call
 *     takes a millisecond and not a hundred
 */
public record FunctionsConfig(String runtime, boolean warmsUp) {
    public static FunctionsConfig defaults() {
        return new FunctionsConfig(Manifest.AUTO, true);
    }
}
