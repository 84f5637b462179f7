/**
 * How an invocation comes to run elsewhere than where it was received: each loop's station with its queues, the calls on their way there and
 * back, who takes which, and the roles that all loops go by. A station is its loop's alone but for its inbox; calls belong to the lane that
 * received them, which their station only borrows. Depends on the store, sandbox and {@code roles}.
 */
@NullMarked
package dev.quern.server.dispatch;

import org.jspecify.annotations.NullMarked;
