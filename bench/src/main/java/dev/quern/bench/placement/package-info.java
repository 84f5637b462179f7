/** Where functions run: at the server, at clients, and where the server decides. Threads: the bench's own, and those of servers and clients. */
@NullMarked
package dev.quern.bench.placement;

import org.jspecify.annotations.NullMarked;
