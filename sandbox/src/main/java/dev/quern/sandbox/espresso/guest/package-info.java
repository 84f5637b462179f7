/**
 * The part of runtime espresso that runs inside of the context, beside the function. Thread: the core's, as the context sees it. Depends
 * on the classes that functions in Java are written with, and on java's way to read a jar.
 */
@NullMarked
package dev.quern.sandbox.espresso.guest;

import org.jspecify.annotations.NullMarked;
