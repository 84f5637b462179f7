/**
 * How a client's datagrams travel: an interface, UDP sockets, and memory shared with the server.
 * A transport is used by its client's I/O thread alone, but for {@code wakeup}, which any thread may call.
 * May depend on the JDK only.
 */
@NullMarked
package dev.quern.client.transport;

import org.jspecify.annotations.NullMarked;
