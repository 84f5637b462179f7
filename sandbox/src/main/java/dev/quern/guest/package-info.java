/**
 * What a function in Java is written with: it sees no more of Quern than this. Threads: the core that runs the call; nothing here may be
 * kept for another thread. Depends on ffi's access to memory.
 */
package dev.quern.guest;
