package dev.quern.server.resp;

import dev.quern.kvstore.StoreException;
import dev.quern.kvstore.Table;
import dev.quern.kvstore.Tenant;
import org.jspecify.annotations.Nullable;

/** Commands about the connection itself. Thread: the core's. */
final class ConnectionCommands {
    private ConnectionCommands() {}

    static void ping(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        if (arguments.count() == 1) {
            reply.pong();
        } else if (arguments.count() == 2) {
            reply.bulk(arguments.address(1), arguments.length(1));
        } else {
            Errors.wrongArity(reply, "ping");
        }
    }

    static void echo(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        reply.bulk(arguments.address(1), arguments.length(1));
    }

    static void quit(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        reply.ok();
        connection.closeAfterReply();
    }

    static void reset(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        connection.reset();
        reply.resp3(false);
        reply.simple("RESET");
    }

    /** SELECT: 0 is the default table, 1 to 15 are tables of that name made on demand, anything else names a table that is there. */
    static void select(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        Tenant tenant = connection.tenant();
        Table table;
        if (arguments.isLong(1)) {
            long number = arguments.asLong(1);
            if (number != (int) number) {
                reply.error("ERR value is out of range, value must between -2147483648 and 2147483647");
                return;
            }
            if (number < 0 || number >= RespLimits.DATABASES) {
                reply.error("ERR DB index is out of range");
                return;
            }
            table = number == 0 ? tenant.defaultTable() : numbered(tenant, Long.toString(number), reply);
        } else {
            table = tenant.table(arguments.text(1));
            if (table == null) {
                reply.error(Errors.NOT_AN_INTEGER);
            }
        }
        if (table != null) {
            connection.select(table);
            reply.ok();
        }
    }

    private static @Nullable Table numbered(Tenant tenant, String name, ReplyWriter reply) {
        Table table = tenant.table(name);
        if (table != null) {
            return table;
        }
        try {
            return tenant.createTable(name, tenant.defaultTable().config());
        } catch (StoreException refused) {
            // Another core may have made it in between.
            table = tenant.table(name);
            if (table == null) {
                reply.error("ERR " + refused.getMessage());
            }
            return table;
        }
    }
}
