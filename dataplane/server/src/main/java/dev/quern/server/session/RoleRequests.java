package dev.quern.server.session;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.kvstore.Tenant;
import dev.quern.protocol.Opcode;
import dev.quern.protocol.RoleLayout;
import dev.quern.protocol.Status;
import dev.quern.protocol.Wire;
import dev.quern.server.dispatch.RoleOrders;
import dev.quern.server.dispatch.RoleView;
import dev.quern.server.dispatch.Roles;
import dev.quern.server.dispatch.RolesMode;
import dev.quern.server.loop.Core;
import dev.quern.server.roles.LoadSnapshot;
import dev.quern.server.roles.Role;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An operator's orders to cores. Thread: the core's; they are carried out on the control thread, as another one may be looking at roles. */
final class RoleRequests {
    private static final Logger LOG = LoggerFactory.getLogger(RoleRequests.class);

    /** Lanes that are on the move arrive within some turns. */
    private static final int RETRY_US = 1_000;

    /** What can be said of an order. */
    private enum Outcome {
        DONE,
        NOT_YET
    }

    private final Core core;
    private final Reply reply;
    private final ControlWork controlWork;

    RoleRequests(Core core, Reply reply, ControlWork controlWork) {
        this.core = core;
        this.reply = reply;
        this.controlWork = controlWork;
    }

    void order(Session session, int sequence, long body, int length) {
        Tenant asking = session.tenant();
        if (!core.roles().isOperator(asking.id())) {
            reply.error(
                    Status.REFUSED,
                    "tenant " + asking.name()
                            + " may not change roles: who runs the server allows it by operator = true in its [[tenant]]");
            return;
        }
        int index = RoleLayout.core(NativeMemory.ALL, body);
        int wanted = RoleLayout.role(NativeMemory.ALL, body);
        String name = Wire.text(NativeMemory.ALL, body + RoleLayout.TENANT_OFFSET, length - RoleLayout.TENANT_OFFSET);
        Tenant tenant = core.store().tenant(name);
        String refusal = wanted == RoleLayout.RELEASED ? null : refusal(index, wanted, name, tenant);
        if (refusal != null) {
            reply.error(Status.BAD_REQUEST, refusal);
            return;
        }
        int id = wanted == RoleLayout.DEDICATED && tenant != null ? tenant.id() : LoadSnapshot.NO_TENANT;
        controlWork.begin(
                session, Opcode.ROLE, sequence, () -> carryOut(core.roles(), index, wanted, id), this::answer);
    }

    /** Why it cannot be, and what to change; null when it can. */
    private @Nullable String refusal(int index, int wanted, String name, @Nullable Tenant tenant) {
        Roles roles = core.roles();
        RoleView view = roles.view();
        if (roles.mode().kind() == RolesMode.Kind.INLINE) {
            return "every core serves and runs what it receives here: set roles.mode to adaptive or static, with two cores or more";
        }
        if (index >= view.cores()) {
            return "there is no core " + index + ": they go from 0 to " + (view.cores() - 1);
        }
        if (wanted == RoleLayout.DEDICATED && tenant == null) {
            return "there is no tenant " + name + " to dedicate a core to";
        }
        if (wanted != RoleLayout.SERVING && isLastServing(view, index)) {
            return "core " + index + " is the last that serves: have another one serve first";
        }
        return null;
    }

    private static boolean isLastServing(RoleView view, int index) {
        for (int other = 0; other < view.cores(); other++) {
            if (other != index && view.role(other) == Role.SERVING) {
                return false;
            }
        }
        return true;
    }

    private static Role role(int wanted) {
        return switch (wanted) {
            case RoleLayout.SERVING -> Role.SERVING;
            case RoleLayout.FUNCTIONS -> Role.FUNCTIONS;
            default -> Role.DEDICATED;
        };
    }

    /** On the control thread. */
    private static Outcome carryOut(Roles roles, int index, int wanted, int tenant) {
        RoleOrders orders = roles.orders();
        if (orders == null) {
            return Outcome.NOT_YET;
        }
        if (wanted == RoleLayout.RELEASED) {
            orders.release();
            return Outcome.DONE;
        }
        Role to = role(wanted);
        boolean isDone = orders.assign(index, to, tenant)
                && roles.view().role(index) == to
                && roles.view().dedicatedTo(index) == tenant;
        return isDone ? Outcome.DONE : Outcome.NOT_YET;
    }

    private void answer(@Nullable Object outcome, @Nullable Throwable failure) {
        if (failure != null) {
            LOG.error("a core could not be given a role", failure);
            reply.status(Status.INTERNAL);
        } else if (outcome == Outcome.NOT_YET) {
            reply.busy(RETRY_US);
        } else {
            reply.status(Status.OK);
        }
    }
}
