/**
 * What tests of other modules use, too: a proxy that loses datagrams. Owns the proxy's thread. May depend on the JDK only.
 */
@NullMarked
package dev.quern.client.testing;

import org.jspecify.annotations.NullMarked;
