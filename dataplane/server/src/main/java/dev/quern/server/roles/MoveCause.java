package dev.quern.server.roles;

/** Why the provisioner moved something: what an event says of it. */
public enum MoveCause {
    /** Requests wait on serving cores that are busy serving. */
    SERVING_DELAY,
    /** Invocations wait for function cores that are busy. */
    FUNCTION_DELAY,
    /** Short requests wait behind functions that run inline. */
    INLINE_FUNCTIONS,
    /** A tenant keeps about a whole core busy. */
    TENANT_BUSY,
    /** A tenant no longer fills the cores that it has to itself. */
    TENANT_QUIET,
    /** One serving core has much more to do than another. */
    LANES_UNEVEN,
    /** No functions are called any more: cores and lanes go home. */
    FUNCTIONS_IDLE,
    /** Whoever runs the server said so. */
    OPERATOR
}
