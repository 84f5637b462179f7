/** Tests of the network stack, over wires in memory and over the kernel's. */
@NullMarked
package dev.quern.server.net;

import org.jspecify.annotations.NullMarked;
