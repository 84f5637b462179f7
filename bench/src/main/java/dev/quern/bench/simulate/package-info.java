/**
 * A simulator of many cores: discrete events that drive the server's own provisioner, queues, admission and placement. Everything runs on the
 * caller's thread, by a clock of its own. Depends on server.roles only, and on plot for its pictures.
 */
@NullMarked
package dev.quern.bench.simulate;

import org.jspecify.annotations.NullMarked;
