package dev.quern.client;

import dev.quern.client.transport.Transport;
import java.io.IOException;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;

/** The links of a group's transport, each opened once for all members. One thread, the group's, but for {@link #wakeup}. */
final class GroupTransport implements Transport {
    private final Transport transport;
    private final Map<Integer, SharedLink> links = new HashMap<>();

    /** The same, for one that is walked at every turn. */
    private SharedLink[] all = new SharedLink[0];

    GroupTransport(Transport transport) {
        this.transport = transport;
    }

    /** The links as they are now; may be others after a callback. */
    SharedLink[] links() {
        return all;
    }

    @Override
    public Link open(int port) throws IOException {
        SharedLink shared = links.get(port);
        if (shared == null) {
            shared = new SharedLink(transport.open(port), transport.datagramBytesMax());
            links.put(port, shared);
            all = links.values().toArray(SharedLink[]::new);
        }
        return shared.join();
    }

    /** Closes those that nobody uses any more, as when the server was started anew with other ports. */
    void closeUnused() {
        for (Iterator<SharedLink> each = links.values().iterator(); each.hasNext(); ) {
            SharedLink shared = each.next();
            if (shared.isUnused()) {
                shared.close();
                each.remove();
                all = links.values().toArray(SharedLink[]::new);
            }
        }
    }

    /** Sends what members have sent. */
    void flush() {
        for (SharedLink link : all) {
            boolean ignored = link.flush();
        }
    }

    @Override
    public int datagramBytesMax() {
        return transport.datagramBytesMax();
    }

    @Override
    public void await(long timeoutNs) {
        transport.await(timeoutNs);
    }

    @Override
    public void wakeup() {
        transport.wakeup();
    }

    @Override
    public String describe() {
        return transport.describe();
    }

    /** Nothing: the group goes on when a member ends, and ends by {@link #closeAll}. */
    @Override
    public void close() {}

    void closeAll() {
        transport.close();
    }
}
