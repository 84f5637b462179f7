package dev.quern.server.resp;

import dev.quern.kvstore.Tenant;

/** Who a client says it is: a tenant's name as the user, its secret as the password. Thread: the connection's core. */
final class Authentication {
    /** Whose commands are run for clients that name nobody, when it has no secret. */
    static final String TENANT_DEFAULT = "default";

    private static final String WRONG = "WRONGPASS invalid username-password pair or user is disabled.";

    private Authentication() {}

    static void auth(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        if (arguments.count() > 3) {
            reply.error(Errors.SYNTAX);
            return;
        }
        boolean named = arguments.count() == 3;
        if (!named && hasNoSecret(connection)) {
            reply.error("ERR AUTH <password> called without any password configured for the default user."
                    + " Are you sure your configuration is correct?");
            return;
        }
        String name = named ? arguments.text(1) : TENANT_DEFAULT;
        if (enter(connection, name, arguments.toArray(named ? 2 : 1))) {
            reply.ok();
        } else {
            reply.error(WRONG);
        }
    }

    private static boolean hasNoSecret(RespConnection connection) {
        Tenant tenant = connection.core().core().store().tenant(TENANT_DEFAULT);
        return tenant != null && !tenant.hasSecret();
    }

    /** Makes the connection the tenant's, if the secret is right. */
    private static boolean enter(RespConnection connection, String name, byte[] secret) {
        Tenant tenant = connection.core().core().store().tenant(name);
        // A tenant without a secret takes any, as a Redis user with nopass does.
        if (tenant == null || tenant.hasSecret() && !tenant.secretMatches(secret)) {
            return false;
        }
        connection.enter(tenant);
        return true;
    }

    /** HELLO [version [AUTH tenant secret] [SETNAME name]]. */
    static void hello(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        int count = arguments.count();
        boolean resp3 = connection.resp3();
        if (count > 1) {
            if (!arguments.isLong(1)) {
                reply.error("ERR Protocol version is not an integer or out of range");
                return;
            }
            long version = arguments.asLong(1);
            if (version < 2 || version > 3) {
                reply.error("NOPROTO unsupported protocol version");
                return;
            }
            resp3 = version == 3;
        }
        int auth = 0;
        int name = 0;
        for (int index = 2; index < count; index++) {
            if (arguments.is(index, "AUTH") && index + 2 < count) {
                auth = index + 1;
                index += 2;
            } else if (arguments.is(index, "SETNAME") && index + 1 < count) {
                name = ++index;
            } else {
                reply.errorEcho("ERR Syntax error in HELLO option '" + arguments.excerpt(index) + "'");
                return;
            }
        }
        if (auth > 0 && !enter(connection, arguments.text(auth), arguments.toArray(auth + 1))) {
            reply.error(WRONG);
            return;
        }
        if (!connection.authenticated()) {
            reply.error("NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto>"
                    + " AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol"
                    + " version at the same time");
            return;
        }
        if (name > 0 && !ClientCommands.name(connection, arguments, name, reply)) {
            return;
        }
        connection.resp3(resp3);
        reply.map(7);
        reply.bulk("server");
        reply.bulk("redis");
        reply.bulk("version");
        reply.bulk(InfoCommand.REDIS_VERSION);
        reply.bulk("proto");
        reply.integer(resp3 ? 3 : 2);
        reply.bulk("id");
        reply.integer(connection.id());
        reply.bulk("mode");
        reply.bulk("standalone");
        reply.bulk("role");
        reply.bulk("master");
        reply.bulk("modules");
        reply.array(0);
    }
}
