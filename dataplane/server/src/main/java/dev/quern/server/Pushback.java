package dev.quern.server;

import dev.quern.server.roles.PushbackPolicy;

/** Which invocations go back to clients that can run them: the choices of {@code functions.pushback}. */
public enum Pushback {
    /** None, and no client fetches a module. */
    NEVER,

    /** All: to measure what clients cost, and for tests. */
    ALWAYS;

    PushbackPolicy policy() {
        return this == ALWAYS ? PushbackPolicy.ALWAYS : PushbackPolicy.NEVER;
    }
}
