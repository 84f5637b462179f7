package dev.quern.server.session;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.kvstore.Table;
import dev.quern.protocol.InvokeLayout;
import dev.quern.protocol.MultiGetLayout;
import dev.quern.protocol.MultiLayout;
import dev.quern.protocol.MultiOperationLayout;
import dev.quern.protocol.Opcode;
import dev.quern.sandbox.Function;
import dev.quern.server.loop.Core;
import dev.quern.server.loop.Counter;
import dev.quern.server.roles.PushbackPolicy;
import org.jspecify.annotations.Nullable;

/**
 * What clients ask for that run functions themselves, in the midst of a function of this core: a call that goes back to its client at once
 * and not when all that came before it has run here, its module, a few records that such a call reads ahead, and its commit. Otherwise a client would
 * have nothing to run, or wait for records, exactly while the server is short of CPU. Thread: the core's, inside the store's epoch.
 */
final class ClientRuns implements AutoCloseable {
    private final Core core;
    private final Reply reply;
    private final Pushbacks pushbacks;
    private final boolean isNever;
    private @Nullable Collections collections;
    private @Nullable Transactions transactions;
    private byte @Nullable [] goingBack;

    ClientRuns(Core core, Reply reply, PushbackPolicy policy) {
        this.core = core;
        this.reply = reply;
        this.pushbacks = new Pushbacks(core, reply, policy);
        this.isNever = policy.equals(PushbackPolicy.NEVER);
    }

    /** Whether {@link #execute} is for this request, which has been checked; then it has to come next. */
    boolean does(Session session, int opcode, int deadlineUs, long body, int length) {
        if (isNever) {
            return false;
        }
        return switch (opcode) {
            case Opcode.INVOKE -> goesBack(session, deadlineUs, body, length);
            case Opcode.MULTI_GET ->
                session.runsFunctions()
                        && MultiGetLayout.count(NativeMemory.ALL, body) <= SessionLimits.SHORT_MULTI_GET_KEYS_MAX;
            case Opcode.FUNCTION_FETCH -> session.runsFunctions();
            case Opcode.MULTI -> session.runsFunctions() && isShort(body);
            default -> false;
        };
    }

    private boolean goesBack(Session session, int deadlineUs, long body, int length) {
        int flags = InvokeLayout.flags(NativeMemory.ALL, body);
        if ((flags & InvokeLayout.FLAG_CLIENT_RUNS) == 0) {
            return false;
        }
        int nameLength = InvokeLayout.nameLength(NativeMemory.ALL, body);
        long name = body + InvokeLayout.NAME_OFFSET;
        Function function = core.functions().find(session.tenant(), name, nameLength);
        byte[] sha256 = function == null ? null : function.sha256ToRunElsewhere();
        if (function == null || sha256 == null) {
            return false;
        }
        goingBack = sha256;
        long argumentsEnd = body + length - InvokeLayout.figuresBytes(flags);
        return pushbacks.goesBack(
                function,
                flags,
                argumentsEnd,
                (int) (argumentsEnd - name - nameLength),
                Math.max(core.waitedNs(), core.dispatch().runningNs()),
                deadlineUs,
                core.nowNs());
    }

    /** Ranges may be long. */
    private static boolean isShort(long body) {
        int count = MultiLayout.count(NativeMemory.ALL, body);
        if (count > SessionLimits.SHORT_MULTI_OPERATIONS_MAX) {
            return false;
        }
        long operation = body + MultiLayout.OPERATIONS_OFFSET;
        for (int i = 0; i < count; i++) {
            if (MultiOperationLayout.opcode(NativeMemory.ALL, operation) == Opcode.CHECK_RANGE) {
                return false;
            }
            operation +=
                    MultiOperationLayout.BODY_OFFSET + MultiOperationLayout.bodyLength(NativeMemory.ALL, operation);
        }
        return true;
    }

    /** Does it and answers; false, and nothing was done, when it is to be done later. */
    boolean execute(Session session, Table table, int opcode, long body, int length) {
        byte[] sha256 = goingBack;
        if (opcode == Opcode.INVOKE && sha256 != null) {
            core.counters().increment(Counter.INVOCATIONS);
            pushbacks.sendBack(session, sha256);
            return true;
        }
        if (opcode == Opcode.MULTI_GET) {
            core.servedShort(MultiGetLayout.count(NativeMemory.ALL, body));
            return collections().multiGetShort(table, body);
        }
        if (opcode == Opcode.FUNCTION_FETCH) {
            core.servedShort(SessionLimits.PIECE_GETS);
            pushbacks.fetch(session.tenant(), body, length);
            return true;
        }
        // An operation takes a few times as long as a get.
        core.servedShort(2 * MultiLayout.count(NativeMemory.ALL, body));
        transactions().multi(session.tenant(), body);
        return true;
    }

    private Collections collections() {
        Collections known = collections;
        if (known == null) {
            known = new Collections(core, reply);
            collections = known;
        }
        return known;
    }

    private Transactions transactions() {
        Transactions known = transactions;
        if (known == null) {
            known = new Transactions(core, reply);
            transactions = known;
        }
        return known;
    }

    @Override
    public void close() {
        if (collections != null) {
            collections.close();
        }
        if (transactions != null) {
            transactions.close();
        }
    }
}
