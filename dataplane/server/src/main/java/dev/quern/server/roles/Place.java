package dev.quern.server.roles;

/** Where an invocation can run. */
public enum Place {
    /** On the serving core that received it. */
    INLINE,
    /** On a core that runs all tenants' functions. */
    FUNCTIONS,
    /** On a core that its tenant has to itself. */
    DEDICATED,
    /** At the client, over remote gets. */
    PUSHBACK
}
