/**
 * The command line: {@code serve}, {@code cli}, {@code fn}, and whatever other modules offer. Runs on the main thread. Depends on server
 * and client.
 */
@NullMarked
package dev.quern.server.cli;

import org.jspecify.annotations.NullMarked;
