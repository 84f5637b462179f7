package dev.quern.bench.simulate;

import dev.quern.sandbox.RuntimeCosts;
import dev.quern.server.roles.MessageCosts;

/**
 * What things take in a simulation.
 *
 * @param getNs a get in a well filled burst, message included
 * @param functionNs the mean of all invocations, without switch and hand-over
 * @param callNs what an invocation takes of the core that receives, runs and answers it, beside the function
 * @param handedNs what one that is handed over takes of the core that receives and answers it
 * @param stationNs what that one takes of the core that runs it, beside the function
 * @param answersTurnNs what a turn that answers such calls takes beside them; 0 has them answered where and when they end
 * @param poolNs for how long each item of a pool that all cores share keeps the others from it
 * @param moveNs how long a core that changes its role does nothing else
 * @param quantumNs for how long functions that run where they were received keep the rest of a burst waiting
 * @param sliceNs after how long a function lets requests go first; {@link Long#MAX_VALUE} for functions that cannot be made to
 * @param waitNs how long an invocation may expect to wait and is still taken in
 * @param runtime the runtime's costs
 * @param messages the messages' costs
 */
record SimulatedCosts(
        double getNs,
        double functionNs,
        double callNs,
        double handedNs,
        double stationNs,
        double answersTurnNs,
        double poolNs,
        long moveNs,
        long quantumNs,
        long sliceNs,
        long waitNs,
        RuntimeCosts runtime,
        MessageCosts messages) {
    /** Of a call's arguments and its reply. */
    static final int MESSAGE_BYTES = 128;

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
                messages.messageNs() / SimulatedMachine.GETS
                        + messages.handoverNs() / 2
                        + messages.byteNs() * MESSAGE_BYTES,
                messages.handoverNs() / 2,
                0,
                POOL_NS,
                MOVE_NS,
                QUANTUM_NS,
                QUANTUM_NS,
                WAIT_NS,
                runtime,
                messages);
    }

    /** The same with another lock and another change of role. */
    SimulatedCosts with(double lockNs, long changeNs) {
        return new SimulatedCosts(
                getNs,
                functionNs,
                callNs,
                handedNs,
                stationNs,
                answersTurnNs,
                lockNs,
                changeNs,
                quantumNs,
                sliceNs,
                waitNs,
                runtime,
                messages);
    }
}
