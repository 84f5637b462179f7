package dev.quern.sandbox;

import dev.quern.kvstore.Tenant;

/** An entry of a deployed module, ready to be invoked by any core. A replaced module's functions stay callable by who holds them. */
public final class Function {
    private final Deployment deployment;
    private final String entry;
    private final String fullName;

    Function(Deployment deployment, String entry, String fullName) {
        this.deployment = deployment;
        this.entry = entry;
        this.fullName = fullName;
    }

    public Tenant tenant() {
        return deployment.tenant();
    }

    /** {@code module}, or {@code module.entry}. */
    public String name() {
        return fullName;
    }

    public Manifest manifest() {
        return deployment.info().manifest();
    }

    Deployment deployment() {
        return deployment;
    }

    String entry() {
        return entry;
    }
}
