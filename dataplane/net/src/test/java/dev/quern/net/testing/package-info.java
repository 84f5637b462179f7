/** What tests of other modules borrow: whether DPDK is there, and how it is started without huge pages. */
@NullMarked
package dev.quern.net.testing;

import org.jspecify.annotations.NullMarked;
