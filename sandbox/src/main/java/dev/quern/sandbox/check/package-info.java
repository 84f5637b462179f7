/**
 * What is checked of a module before any of it runs.
 * No threads, no state. Depends on sandbox.guest.
 */
@NullMarked
package dev.quern.sandbox.check;

import org.jspecify.annotations.NullMarked;
