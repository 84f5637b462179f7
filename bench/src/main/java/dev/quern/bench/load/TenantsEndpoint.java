package dev.quern.bench.load;

import dev.quern.bench.workload.Answer;
import dev.quern.bench.workload.Endpoint;
import dev.quern.client.ClientGroup;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Many tenants of one server, each by what reaches it alone, or all as a group over one socket. Only those that something is asked of are looked
 * at.
 */
final class TenantsEndpoint implements Endpoint {
    private final Listener listener;
    private final @Nullable ClientGroup group;
    private final List<Tenant> tenants;
    private final Tenant[] active;
    private int activeCount;

    /** @param connectors of each tenant, in the order of their numbers; what they make is closed with this */
    TenantsEndpoint(List<Function<Listener, Endpoint>> connectors, Listener listener) {
        this(connectors, null, listener);
    }

    /** @param group of which all are members, and which is polled for all of them; closed with this */
    TenantsEndpoint(List<Function<Listener, Endpoint>> connectors, @Nullable ClientGroup group, Listener listener) {
        this.listener = listener;
        this.group = group;
        tenants = connectors.stream().map(Tenant::new).toList();
        active = new Tenant[tenants.size()];
    }

    private final class Tenant implements Endpoint, Listener {
        private final Endpoint endpoint;
        private int underWay;
        private boolean isActive;

        Tenant(Function<Listener, Endpoint> connector) {
            endpoint = connector.apply(this);
        }

        /** Also when nothing was sent: polling is what makes room. */
        private boolean begun(boolean isSent) {
            if (!isActive && group == null) {
                isActive = true;
                active[activeCount++] = this;
            }
            underWay += isSent ? 1 : 0;
            return isSent;
        }

        @Override
        public boolean get(byte[] key, int keyLength, int slot) {
            return begun(endpoint.get(key, keyLength, slot));
        }

        @Override
        public boolean put(byte[] key, int keyLength, byte[] value, int valueLength, int slot) {
            return begun(endpoint.put(key, keyLength, value, valueLength, slot));
        }

        @Override
        public boolean call(byte[] function, boolean isReadOnly, byte[] arguments, int argumentsLength, int slot) {
            return begun(endpoint.call(function, isReadOnly, arguments, argumentsLength, slot));
        }

        @Override
        public int poll() {
            return endpoint.poll();
        }

        @Override
        public void onAnswer(int slot, Answer answer) {
            underWay--;
            listener.onAnswer(slot, answer);
        }

        @Override
        public void onFailure(int slot, RuntimeException cause) {
            underWay--;
            listener.onFailure(slot, cause);
        }

        @Override
        public String describe() {
            return endpoint.describe();
        }

        @Override
        public void close() {
            endpoint.close();
        }
    }

    @Override
    public Endpoint of(int tenant) {
        return tenants.get(tenant);
    }

    @Override
    public boolean get(byte[] key, int keyLength, int slot) {
        return of(0).get(key, keyLength, slot);
    }

    @Override
    public boolean put(byte[] key, int keyLength, byte[] value, int valueLength, int slot) {
        return of(0).put(key, keyLength, value, valueLength, slot);
    }

    @Override
    public int poll() {
        if (group != null) {
            return group.poll();
        }
        int work = 0;
        // From the last to the first: one that has nothing more under way is replaced by the last, which was polled
        // already.
        for (int i = activeCount - 1; i >= 0; i--) {
            Tenant tenant = active[i];
            work += tenant.poll();
            if (tenant.underWay == 0) {
                tenant.isActive = false;
                active[i] = active[--activeCount];
            }
        }
        return work;
    }

    @Override
    public String describe() {
        return tenants.getFirst().describe() + " for each of " + tenants.size() + " tenants"
                + (group == null ? "" : " over one socket");
    }

    @Override
    public void close() {
        tenants.forEach(Tenant::close);
        if (group != null) {
            group.close();
        }
    }
}
