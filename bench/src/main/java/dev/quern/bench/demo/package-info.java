/**
 * The demo: real data, a real server, a real function, and what calling it saves. One thread drives the client; the server's threads
 * are its own. May depend on every module.
 */
@NullMarked
package dev.quern.bench.demo;

import org.jspecify.annotations.NullMarked;
