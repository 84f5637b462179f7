package dev.quern.bench.simulate;

import dev.quern.sandbox.RuntimeCosts;
import dev.quern.server.roles.MessageCosts;

/**
 * What things take in a simulation.
 *
 * @param getNs a get in a well filled burst, message included
 * @param functionNs the mean of all invocations, without switch and hand-over
 * @param callNs what an invocation takes of the core that receives and answers it, beside the function
 * @param poolNs for how long each item of a pool that all cores share keeps the others from it
 * @param moveNs how long a core that changes its role does nothing else
 * @param quantumNs for how long a function, or several from a core's queue, keeps requests waiting
 * @param waitNs how long an invocation may expect to wait and is still taken in
 * @param runtime the runtime's costs
 * @param messages the messages' costs
 */
record SimulatedCosts(
        double getNs,
        double functionNs,
        double callNs,
        double poolNs,
        long moveNs,
        long quantumNs,
        long waitNs,
        RuntimeCosts runtime,
        MessageCosts messages) {
    /** What the server keeps to where nothing else is configured. */
    static final long QUANTUM_NS = 100_000;

    /** How long a shared pool's lock keeps others out: assumed. */
    static final double POOL_NS = 100;

    /** What a change of role takes: assumed. */
    static final long MOVE_NS = 20_000;

    /** {@code functions.wait_ms} in simulations. */
    static final long WAIT_NS = 2_000_000;

    /** With what is assumed of all else. */
    static SimulatedCosts of(double getNs, double functionNs, RuntimeCosts runtime, MessageCosts messages) {
        return new SimulatedCosts(
                getNs,
                functionNs,
                messages.messageNs() / SimulatedMachine.GETS,
                POOL_NS,
                MOVE_NS,
                QUANTUM_NS,
                WAIT_NS,
                runtime,
                messages);
    }

    /** The same with another lock and another change of role. */
    SimulatedCosts with(double lockNs, long changeNs) {
        return new SimulatedCosts(getNs, functionNs, callNs, lockNs, changeNs, quantumNs, waitNs, runtime, messages);
    }
}
