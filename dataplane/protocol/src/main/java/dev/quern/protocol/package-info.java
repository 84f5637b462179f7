/**
 * The native wire format: layouts, opcodes, statuses, limits, datagram tags and the checks that every decoder starts with.
 * Owns no thread; its static methods work on any thread, its cursors and tags belong to the thread that uses them.
 * May depend on the JDK only. The prose and the tables stand in {@code docs/protocol.md}.
 *
 * <p>There is one way to reach a datagram: a {@link java.lang.foreign.MemorySegment} and a {@code long} offset of the datagram,
 * message or body in it. The client wraps its direct buffers once ({@code MemorySegment.ofBuffer}) and has every access checked; the
 * server passes its segment over all memory, and an offset is then a native address.
 */
@NullMarked
package dev.quern.protocol;

import org.jspecify.annotations.NullMarked;
