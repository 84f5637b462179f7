/**
 * The Redis door: RESP2 and RESP3 over TCP, one Netty event loop a core, turned by that core's loop. Owns no thread; everything runs on
 * the core that owns the connection, but deploys, which the control thread does. Depends on loop, kvstore, sandbox, ffi and Netty.
 */
@NullMarked
package dev.quern.server.resp;

import org.jspecify.annotations.NullMarked;
