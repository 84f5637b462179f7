package dev.quern.server.session;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.kvstore.Table;
import dev.quern.protocol.Opcode;
import dev.quern.protocol.Status;
import dev.quern.protocol.Wire;
import dev.quern.server.loop.Core;
import dev.quern.server.roles.PushbackPolicy;

/**
 * Does what requests ask, by handing them on to where they belong. Bodies have been checked by
 * {@link dev.quern.protocol.BodyCheck}. Thread: the core's, inside the store's epoch; allocates nothing for a get or a put.
 */
final class Requests implements AutoCloseable {
    private static final long NS_PER_US = 1_000;

    private final Core core;
    private final Reply reply;
    private final RecordRequests records;
    private final Collections collections;
    private final Transactions transactions;
    private final FunctionRequests functions;
    private final InvokeAllRequests batches;
    private final Pushbacks pushbacks;
    private final Shows shows;
    private final RoleRequests roles;

    /** When what is served now arrived. */
    private long arrivedNs;

    private long clockNs;

    Requests(Core core, Reply reply, Reply returnedReply, PushbackPolicy pushback) {
        this.core = core;
        this.reply = reply;
        this.records = new RecordRequests(core, reply, false);
        this.collections = new Collections(core, reply);
        this.transactions = new Transactions(core, reply);
        this.pushbacks = new Pushbacks(core, reply, pushback);
        this.shows = new Shows(core, reply, pushback);
        ControlWork controlWork = new ControlWork(core, reply);
        this.functions = new FunctionRequests(core, reply, returnedReply, pushbacks, controlWork);
        this.batches = new InvokeAllRequests(core, reply, returnedReply);
        this.roles = new RoleRequests(core, reply, controlWork);
    }

    void beginBurst() {
        arrivedNs = core.nowNs();
        clockNs = arrivedNs;
    }

    /** What comes next has waited since then, and its deadline counts from there. */
    void arrived(long sinceNs) {
        arrivedNs = sinceNs;
    }

    /** @param kept whether the outcome is remembered; its slot has begun then */
    void execute(
            Session session,
            int opcode,
            int tableId,
            int sequence,
            int deadlineUs,
            long body,
            int length,
            boolean kept) {
        reply.to(session, opcode, sequence, kept);
        if (deadlineUs != 0 && clockNs - arrivedNs > Integer.toUnsignedLong(deadlineUs) * NS_PER_US) {
            reply.status(Status.DEADLINE);
            return;
        }
        if (opcode >= Opcode.GET && opcode <= Opcode.SCAN
                || opcode == Opcode.RANGE
                || opcode == Opcode.INVOKE
                || opcode == Opcode.INVOKE_ALL) {
            Table table = session.tenant().table(tableId);
            if (table == null) {
                reply.status(Status.UNKNOWN_TABLE);
            } else {
                onTable(session, table, opcode, sequence, deadlineUs, body, length);
            }
            return;
        }
        switch (opcode) {
            case Opcode.MULTI -> transactions.multi(session.tenant(), body);
            case Opcode.PING -> reply.body(Status.OK, body, length);
            case Opcode.STATS -> {
                if (length == 0) {
                    collections.stats(session.tenant());
                } else {
                    shows.show(session.tenant(), Wire.text(NativeMemory.ALL, body, length));
                }
            }
            case Opcode.ROLE -> roles.order(session, sequence, body, length);
            case Opcode.TABLE_OPEN -> collections.tableOpen(session.tenant(), body, length);
            case Opcode.DEPLOY -> functions.deploy(session, sequence, body, length);
            case Opcode.FUNCTION_LIST -> functions.list(session.tenant());
            case Opcode.FUNCTION_DESCRIBE -> functions.describe(session.tenant(), body, length);
            case Opcode.FUNCTION_REMOVE -> functions.remove(session, sequence, body, length);
            case Opcode.FUNCTION_PAUSE -> functions.pause(session.tenant(), body, length, true);
            case Opcode.FUNCTION_RESUME -> functions.pause(session.tenant(), body, length, false);
            case Opcode.FUNCTION_LOG -> functions.log(session.tenant());
            case Opcode.FUNCTION_FETCH -> pushbacks.fetch(session.tenant(), body, length);
            default -> reply.status(Status.UNKNOWN_OPCODE);
        }
    }

    private void onTable(
            Session session, Table table, int opcode, int sequence, int deadlineUs, long body, int length) {
        switch (opcode) {
            case Opcode.MULTI_GET -> collections.multiGet(table, body);
            case Opcode.SCAN -> collections.scan(table, body);
            case Opcode.RANGE -> collections.range(table, body);
            case Opcode.INVOKE ->
                clockNs = functions.invoke(session, sequence, table, deadlineUs, body, length, arrivedNs, clockNs);
            case Opcode.INVOKE_ALL ->
                clockNs = batches.invokeAll(session, sequence, table, deadlineUs, body, length, arrivedNs, clockNs);
            default -> {
                boolean ignored = records.execute(table, opcode, body, length);
            }
        }
    }

    @Override
    public void close() {
        collections.close();
        transactions.close();
        functions.close();
        batches.close();
        shows.close();
    }
}
