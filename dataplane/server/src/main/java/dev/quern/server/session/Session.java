package dev.quern.server.session;

import dev.quern.ffi.linux.NativeHeap;
import dev.quern.ffi.linux.NativeMemory;
import dev.quern.ffi.linux.SocketLayout;
import dev.quern.kvstore.Tenant;
import dev.quern.protocol.Tag;
import org.jspecify.annotations.Nullable;

/**
 * One client's session with one core: bound to its tenant and to the address that opened it. Thread: the core's. Its memory is a few
 * hundred bytes until the first kept request, then a cache line for each place in the window.
 */
final class Session {
    private final int id;
    private final Tenant tenant;
    private final @Nullable Tag tag;
    private final DatagramSink sink;
    private final int datagramBytesMax;
    private final int window;
    private final BlockPool blocks;
    private final LargeBodies requests;
    private final LargeBodies replies;
    private final long peer = NativeHeap.allocate(SocketLayout.ADDRESS_SLOT);
    private @Nullable Outcomes outcomes;
    private int sequenceHighest;
    private long seenNs;
    private int executing;
    private int held;
    private boolean bundled;
    private boolean isRunningFunctions;
    private boolean closed;

    Session(
            int id,
            Tenant tenant,
            @Nullable Tag tag,
            DatagramSink sink,
            long peerSource,
            int datagramBytesMax,
            int window,
            CoreBudget budget,
            long nowNs) {
        this.id = id;
        this.tenant = tenant;
        this.tag = tag;
        this.sink = sink;
        this.datagramBytesMax = datagramBytesMax;
        this.window = window;
        this.blocks = budget.blocks();
        this.requests = new LargeBodies(budget.largeBodies());
        this.replies = new LargeBodies(budget.largeBodies());
        this.seenNs = nowNs;
        NativeMemory.copy(peerSource, peer, SocketLayout.ADDRESS_SLOT);
    }

    int id() {
        return id;
    }

    Tenant tenant() {
        return tenant;
    }

    /** Null when the tenant has no secret. */
    @Nullable
    Tag tag() {
        return tag;
    }

    DatagramSink sink() {
        return sink;
    }

    long peer() {
        return peer;
    }

    int datagramBytesMax() {
        return datagramBytesMax;
    }

    int window() {
        return window;
    }

    boolean isPeer(long address) {
        return NativeMemory.equal(peer, address, SocketLayout.ADDRESS_SLOT);
    }

    /** Reads what each of its datagrams is compared with, ahead of them; a sum that means nothing. */
    long approach() {
        return NativeMemory.getLong(peer) + sequenceHighest;
    }

    /** Reads what is kept of a sequence, ahead of its request. */
    int approachOutcome(int sequence) {
        Outcomes kept = outcomes;
        return kept == null ? 0 : kept.state(sequence);
    }

    /** The client has sent of it in a bundle, so answers may come in one. */
    void bundled() {
        bundled = true;
    }

    /** Whether a reply of it may share a bundle with one of another's: both speak for one peer by one way. */
    boolean isBundledWith(Session other) {
        return bundled && other.bundled && sink.equals(other.sink) && isPeer(other.peer);
    }

    boolean isBundled() {
        return bundled;
    }

    void seen(long nowNs) {
        seenNs = nowNs;
    }

    /** Whether it may be forgotten: nothing heard for so long, and nothing of it under way. */
    boolean idle(long nowNs, long idleNs) {
        return executing == 0 && held == 0 && nowNs - seenNs > idleNs;
    }

    /** Takes note of a sequence; false when it is older than the window and nobody waits for it. */
    boolean advance(int sequence) {
        int ahead = sequence - sequenceHighest;
        if (ahead > 0) {
            sequenceHighest = sequence;
            requests.forget(sequence - window);
            replies.forget(sequence - window);
            return true;
        }
        return ahead > -window;
    }

    /** Whether a sequence is among those whose outcomes are kept, or newer. */
    boolean isWithin(int sequence) {
        return sequence - sequenceHighest > -window;
    }

    /** The window's outcomes; made at the first call. */
    Outcomes outcomes() {
        Outcomes kept = outcomes;
        if (kept == null) {
            kept = new Outcomes(window, blocks);
            outcomes = kept;
        }
        return kept;
    }

    /** Requests being put together from parts. */
    LargeBodies requests() {
        return requests;
    }

    /** Replies waiting to be fetched. */
    LargeBodies replies() {
        return replies;
    }

    /** A request has gone to the control thread, or come back. */
    void executing(int change) {
        executing += change;
    }

    /** A datagram of it was held back, or is no longer; meanwhile it is not forgotten. */
    void held(int change) {
        held += change;
    }

    /** Whether datagrams of it are held back: what comes later has to wait behind them. */
    boolean hasHeld() {
        return held > 0;
    }

    /** Its client was sent a call back. */
    void sentBack() {
        isRunningFunctions = true;
    }

    /** Whether its client has run calls itself, which wait for records and for their commits. */
    boolean runsFunctions() {
        return isRunningFunctions;
    }

    boolean closed() {
        return closed;
    }

    void close() {
        if (closed) {
            return;
        }
        closed = true;
        requests.clear();
        replies.clear();
        if (outcomes != null) {
            outcomes.close();
            outcomes = null;
        }
        NativeHeap.free(peer);
    }
}
