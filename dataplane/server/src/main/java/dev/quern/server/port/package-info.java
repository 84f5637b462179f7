/**
 * Datagram ports: kernel UDP sockets, by recvmmsg or by NIO, and rings within the JVM. Each belongs to one core's thread, but for a
 * ring's other end. Depends on session, loop, client (its transport interface) and ffi.
 */
@NullMarked
package dev.quern.server.port;

import org.jspecify.annotations.NullMarked;
