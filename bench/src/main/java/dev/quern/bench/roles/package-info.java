/** What moving cores between roles is worth: loads that shift and swing, and many tenants beside a hot one. One client thread drives a server of the same process by rings. */
@NullMarked
package dev.quern.bench.roles;

import org.jspecify.annotations.NullMarked;
