package dev.quern.server.roles;

/** What a core is for. Clients never see it: their lanes go with whoever serves them. */
public enum Role {
    /** Owns lanes: receives requests, answers what is short, and runs functions inline where that is cheapest. */
    SERVING,
    /** Owns no lane: runs invocations of all tenants, as their queues' shares say. */
    FUNCTIONS,
    /** Owns no lane: runs invocations of one tenant. */
    DEDICATED
}
