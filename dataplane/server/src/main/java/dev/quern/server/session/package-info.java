/**
 * The native door: handshakes, sessions and the requests that come in them, whatever port carries the datagrams. Every object belongs
 * to one core's thread. Depends on loop, protocol, kvstore, sandbox and ffi; knows no socket.
 */
@NullMarked
package dev.quern.server.session;

import org.jspecify.annotations.NullMarked;
