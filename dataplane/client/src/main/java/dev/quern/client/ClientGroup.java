package dev.quern.client;

import dev.quern.client.transport.Transport;

/**
 * Many clients of one server, each as a tenant of its own, over one socket for each of the server's cores and by one thread: for a gateway
 * that speaks for thousands of tenants, where a socket and a thread each were too many.
 *
 * <pre>{@code
 * try (ClientGroup group = ClientGroup.open(ClientConfig.builder().address("10.0.0.7", 7400).build())) {
 *     QuernClient shop = group.connect("shop", shopSecret);
 *     QuernClient forum = group.connect("forum", forumSecret);
 *     …
 * }
 * }</pre>
 *
 * <p>Each member is a {@link QuernClient} like any other, with sessions, requests and limits of its own; what one does wrong, or waits for,
 * is not the others' business. Members that have nothing under way cost no time. Timeouts and repetitions are kept to some four
 * milliseconds. To the server a group is one peer: its sessions count one by one, and if its address is lost, all of them are.
 *
 * <p>Where two tenants without secrets share a socket and the server is started anew, a request that is sent to the old session of one
 * can, once in 65,536 times, meet a new session of the other's; a tenant with a secret is safe from that.
 *
 * <p>Threads: any, where the group has its own I/O thread (the default); one at a time, for the group and all its members, where the
 * application polls ({@link ClientConfig.Threading#INVOKER}). To poll one of the members is to poll the group.
 */
public final class ClientGroup implements AutoCloseable {
    private final ClientConfig config;
    private final GroupLoop loop;

    private ClientGroup(ClientConfig config, GroupLoop loop) {
        this.config = config;
        this.loop = loop;
    }

    /**
     * Opens a group without members. Sends nothing.
     *
     * @param config where the server is, how it is reached and who does the I/O; and what its members have by default
     * @throws QuernException.Timeout when there is no way to the address
     */
    public static ClientGroup open(ClientConfig config) {
        Transport configured = config.transport();
        GroupLoop loop = new GroupLoop(config, configured == null ? QuernClient.udp(config) : configured);
        if (config.threading() == ClientConfig.Threading.IO_THREAD) {
            loop.startThread();
        }
        return new ClientGroup(config, loop);
    }

    /**
     * Adds a member that is configured as the group is, but for its tenant.
     *
     * @param secret empty for a tenant without one
     * @throws QuernException.Refused when tenant or secret is wrong
     * @throws QuernException.Timeout when no server answers within the connect timeout
     */
    public QuernClient connect(String tenant, byte[] secret) {
        return connect(config.as(tenant, secret));
    }

    /**
     * Adds a member with timeouts and limits of its own. Its address, transport, datagram lengths and idle spins are the group's, whatever it
     * says. Where the application polls, other members are polled meanwhile.
     *
     * @throws QuernException.Refused when tenant or secret is wrong
     * @throws QuernException.Timeout when no server answers within the connect timeout
     */
    public QuernClient connect(ClientConfig member) {
        if (member.threading() != config.threading()) {
            throw new IllegalArgumentException("a member's threading is its group's: " + config.threading());
        }
        return new QuernClient(member, loop.join(member));
    }

    /** How many members there are, those included that are just being connected. */
    public int members() {
        return loop.members();
    }

    /**
     * One turn of all members that have something to do, as {@link QuernClient#poll} of one.
     *
     * @return the work done; 0 when there was none
     */
    public int poll() {
        if (config.threading() != ClientConfig.Threading.INVOKER) {
            throw new IllegalStateException("this group has its own I/O thread: poll only one with Threading.INVOKER");
        }
        return loop.poll();
    }

    /** Ends every member, and closes the sockets. Closing twice does nothing. */
    @Override
    public void close() {
        loop.close();
    }
}
