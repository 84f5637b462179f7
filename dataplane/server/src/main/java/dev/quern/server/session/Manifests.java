package dev.quern.server.session;

import dev.quern.sandbox.Manifest;

/** From what a DEPLOY says to what the sandbox wants. */
final class Manifests {
    private Manifests() {}

    /** Zero and the empty runtime leave the choice to the server. */
    static Manifest of(String name, String runtime, boolean readOnly, long timeLimitUs, int memoryPagesMax) {
        return new Manifest(name, runtime.isEmpty() ? "auto" : runtime, readOnly, timeLimitUs, memoryPagesMax);
    }
}
