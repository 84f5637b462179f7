/**
 * Runs functions in the client's process that a server short of CPU sends back: the sandbox's Chicory runtime over remote records.
 * Threads: {@link dev.quern.pushback.LocalFunctions} has workers of its own. Depends on client, protocol, sandbox (without GraalVM), and
 * kvstore's layout of a record.
 */
@NullMarked
package dev.quern.pushback;

import org.jspecify.annotations.NullMarked;
