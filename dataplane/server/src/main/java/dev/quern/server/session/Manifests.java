package dev.quern.server.session;

import dev.quern.sandbox.Manifest;

/** From what a DEPLOY says to what the sandbox wants. */
final class Manifests {
    private Manifests() {}

    /** Zero and the empty runtime leave the choice to the server. */
    static Manifest of(
            String name, String runtime, boolean readOnly, boolean fresh, long timeLimitUs, int memoryPagesMax) {
        Manifest manifest = Manifest.named(name).withReadOnly(readOnly).withFresh(fresh);
        manifest = runtime.isEmpty() ? manifest : manifest.withRuntime(runtime);
        manifest = timeLimitUs == 0 ? manifest : manifest.withTimeLimitUs(timeLimitUs);
        return memoryPagesMax == 0 ? manifest : manifest.withMemoryPagesMax(memoryPagesMax);
    }
}
