package dev.quern.client;

import dev.quern.protocol.Limits;
import dev.quern.protocol.Opcode;
import dev.quern.protocol.RoleLayout;
import dev.quern.protocol.Wire;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;

/**
 * What a server's cores do, said by hand: for tenants whose server lets them ({@code operator} in its configuration), else
 * {@link QuernException.Refused}. From the first order on, roles change by such orders alone, until {@link #release}. An order that cannot be carried out
 * fails with {@link QuernException.BadRequest}, which says why. Threads and futures: as {@link ClientTable}.
 */
public final class CoreRoles {
    private static final int CORES_MAX = 1 << Short.SIZE;

    private final QuernClient client;
    private final long timeoutNs;

    CoreRoles(QuernClient client, long timeoutNs) {
        this.client = client;
        this.timeoutNs = timeoutNs;
    }

    /** Has a core receive requests. */
    public CompletableFuture<Void> serve(int core) {
        return order(core, RoleLayout.SERVING, "");
    }

    /** Has a core run the functions of all tenants, and receive nothing. */
    public CompletableFuture<Void> runFunctions(int core) {
        return order(core, RoleLayout.FUNCTIONS, "");
    }

    /** Has a core run the functions of one tenant, and receive nothing. */
    public CompletableFuture<Void> dedicate(int core, String tenant) {
        return order(core, RoleLayout.DEDICATED, tenant);
    }

    /** Has roles follow the load again, where the server's mode says so. */
    public CompletableFuture<Void> release() {
        return order(0, RoleLayout.RELEASED, "");
    }

    private CompletableFuture<Void> order(int core, int role, String tenant) {
        byte[] name = tenant.getBytes(StandardCharsets.UTF_8);
        TableRequests.require(core >= 0 && core < CORES_MAX, "no server has such a core: " + core);
        TableRequests.require(
                role != RoleLayout.DEDICATED || name.length > 0 && name.length <= Limits.TENANT_NAME_BYTES_MAX,
                "no tenant has such a name: " + tenant);
        return client.submit(new Request<Void>(
                Opcode.ROLE,
                false,
                TableHandle.DEFAULT,
                Request.ROUTE_ANY,
                timeoutNs,
                RoleLayout.BYTES_MIN + name.length,
                (memory, body) -> {
                    RoleLayout.write(memory, body, core, role);
                    Wire.putBytes(memory, body + RoleLayout.TENANT_OFFSET, name);
                },
                reply -> {
                    if (!reply.ok()) {
                        throw reply.exception("change roles");
                    }
                    return null;
                }));
    }
}
