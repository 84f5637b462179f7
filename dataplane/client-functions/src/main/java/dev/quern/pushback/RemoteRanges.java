package dev.quern.pushback;

import dev.quern.sandbox.guest.CallState;
import dev.quern.sandbox.guest.RangeCalls;
import dev.quern.sandbox.guest.RangeWalk;

/** The intrinsics that walk over ranges, where the store is at the other end of a wire. Thread: its worker's. */
final class RemoteRanges extends RangeCalls {
    private final RunRecords records;

    RemoteRanges(CallState state, RunRecords records) {
        super(state);
        this.records = records;
    }

    @Override
    protected RangeWalk newWalk() {
        return new RemoteWalk(records);
    }
}
