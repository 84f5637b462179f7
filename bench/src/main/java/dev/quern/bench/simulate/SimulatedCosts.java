package dev.quern.bench.simulate;

import dev.quern.sandbox.RuntimeCosts;
import dev.quern.server.roles.MessageCosts;

/**
 * What things take in a simulation.
 *
 * @param getNs a get in a well filled burst, message included
 * @param functionNs the mean of all invocations, without switch and hand-over
 * @param poolNs for how long each item of a pool that all cores share keeps the others from it
 * @param moveNs how long a core that changes its role does nothing else
 * @param runtime the runtime's costs
 * @param messages the messages' costs
 */
record SimulatedCosts(
        double getNs, double functionNs, double poolNs, long moveNs, RuntimeCosts runtime, MessageCosts messages) {}
