/**
 * The server as applications see it: start one, embed one, configure one. Owns no thread but through its loops. Depends on loop, port,
 * session and resp, and puts them together.
 */
@NullMarked
package dev.quern.server;

import org.jspecify.annotations.NullMarked;
