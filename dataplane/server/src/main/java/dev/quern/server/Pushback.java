package dev.quern.server;

import dev.quern.server.roles.PushbackByCost;
import dev.quern.server.roles.PushbackPolicy;

/** Which invocations go back to clients that can run them: the choices of {@code functions.pushback}. */
public enum Pushback {
    /** None, and no client fetches a module. */
    NEVER,

    /** All: to measure what clients cost, and for tests. */
    ALWAYS,

    /** Those that would wait, and cost less CPU of the server elsewhere. */
    ADAPTIVE;

    PushbackPolicy policy() {
        return switch (this) {
            case NEVER -> PushbackPolicy.NEVER;
            case ALWAYS -> PushbackPolicy.ALWAYS;
            case ADAPTIVE -> PushbackByCost.POLICY;
        };
    }
}
