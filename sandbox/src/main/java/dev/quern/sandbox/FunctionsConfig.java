package dev.quern.sandbox;

/**
 * How functions are run.
 *
 * @param runtime the name of the runtime for manifests that name none, or {@link Manifest#AUTO} for the best there is
 */
public record FunctionsConfig(String runtime) {
    public static FunctionsConfig defaults() {
        return new FunctionsConfig(Manifest.AUTO);
    }
}
