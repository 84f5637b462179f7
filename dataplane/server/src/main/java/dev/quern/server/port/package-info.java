/**
 * Datagram ports: kernel UDP sockets, by recvmmsg or by NIO, memory shared with other processes, and rings within the JVM. Each belongs
 * to one core's thread, but for a ring's other end. Depends on session, loop, client (its transports), ffi, and Netty for Unix sockets.
 */
@NullMarked
package dev.quern.server.port;

import org.jspecify.annotations.NullMarked;
