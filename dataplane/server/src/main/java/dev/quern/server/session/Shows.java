package dev.quern.server.session;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.kvstore.Tenant;
import dev.quern.protocol.Status;
import dev.quern.sandbox.Function;
import dev.quern.server.dispatch.RoleEvent;
import dev.quern.server.dispatch.RoleView;
import dev.quern.server.dispatch.Roles;
import dev.quern.server.loop.Core;
import dev.quern.server.roles.LoadSnapshot;
import dev.quern.server.roles.PushbackPolicy;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Tells of roles and placement, in words, to whoever asks STATS about one of these. Thread: the core's. */
final class Shows implements AutoCloseable {
    private static final String PLACEMENT = "placement ";

    private final Core core;
    private final Reply reply;
    private final PushbackPolicy pushback;
    private final BodyBuffer buffer = new BodyBuffer();

    Shows(Core core, Reply reply, PushbackPolicy pushback) {
        this.pushback = pushback;
        this.core = core;
        this.reply = reply;
    }

    /** Answers with what there is on a topic. */
    void show(Tenant tenant, String topic) {
        if (topic.equals("roles")) {
            text(roles(tenant));
        } else if (topic.equals("events")) {
            text(events(tenant));
        } else if (topic.startsWith(PLACEMENT)) {
            placement(tenant, topic.substring(PLACEMENT.length()));
        } else {
            reply.error(
                    Status.NOT_FOUND,
                    "nothing is told of \"" + topic + "\": ask for roles, events or placement FUNCTION");
        }
    }

    private String roles(Tenant tenant) {
        RoleView view = core.roles().view();
        StringBuilder text = new StringBuilder("mode " + core.roles().mode() + "\n");
        for (int index = 0; index < view.cores(); index++) {
            text.append("core ")
                    .append(index)
                    .append(' ')
                    .append(view.role(index).name().toLowerCase(Locale.ROOT))
                    .append(to(view.dedicatedTo(index), tenant))
                    .append('\n');
        }
        return text.toString();
    }

    /** Whom a core is dedicated to is that tenant's business. */
    private static String to(int dedicatedTo, Tenant asking) {
        return dedicatedTo == LoadSnapshot.NO_TENANT
                ? ""
                : dedicatedTo == asking.id() ? " to you" : " to another tenant";
    }

    private String events(Tenant tenant) {
        Roles roles = core.roles();
        StringBuilder text = new StringBuilder();
        long nowNs = System.nanoTime();
        for (RoleEvent event : roles.events().since(0)) {
            text.append(String.format(Locale.ROOT, "%.3f s ago ", (nowNs - event.atNs()) / 1e9))
                    .append(event.describe(to(event.tenant(), tenant)))
                    .append('\n');
        }
        return text.toString();
    }

    private void placement(Tenant tenant, String name) {
        Function function = core.functions().find(tenant, name);
        if (function == null) {
            reply.error(Status.UNKNOWN_FUNCTION, Status.describe(Status.UNKNOWN_FUNCTION));
            return;
        }
        text(name + " on " + function.runtime() + ", mode " + core.roles().mode() + ": "
                + core.dispatch().explain(function, pushback, core.owner(), core.waitedNs(), System.nanoTime()));
    }

    private void text(String shown) {
        byte[] bytes = shown.getBytes(StandardCharsets.UTF_8);
        buffer.clear();
        NativeMemory.copyFromArray(bytes, 0, buffer.append(bytes.length), bytes.length);
        reply.body(Status.OK, buffer.address(), buffer.length());
    }

    @Override
    public void close() {
        buffer.close();
    }
}
