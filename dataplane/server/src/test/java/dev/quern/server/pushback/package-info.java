/** Functions that clients run for a server: the real client, server and runner, over sockets. */
@NullMarked
package dev.quern.server.pushback;

import org.jspecify.annotations.NullMarked;
