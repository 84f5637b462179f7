/**
 * The client library: {@link dev.quern.client.QuernClient} and what it hands out. Small on purpose: the JDK and the protocol.
 * Owns one I/O thread per client, or none when the application polls ({@link dev.quern.client.ClientConfig.Threading}).
 * May depend on {@code dev.quern.protocol} and {@code dev.quern.client.transport}.
 */
@NullMarked
package dev.quern.client;

import org.jspecify.annotations.NullMarked;
