package dev.quern.client;

import dev.quern.client.transport.Transport;
import java.io.IOException;

/** A client's sessions, one with each of the server's cores: how they are opened, replaced and chosen. One thread, the client's. */
final class CoreSessions {
    private static final int DATAGRAMS_PER_LOOK_MAX = 64;
    private static final long LOOK_NS = 1_000_000;

    private final ClientLoop loop;
    private final Transport transport;
    private Session[] sessions = new Session[0];
    private int anyCore;

    CoreSessions(ClientLoop loop, Transport transport) {
        this.loop = loop;
        this.transport = transport;
    }

    /** The sessions as they are now; may be others after a callback. */
    Session[] all() {
        return sessions;
    }

    /** Opens a session with every core; on the calling thread. */
    void open(long timeoutNs) {
        long deadlineNs = loop.readClock() + timeoutNs;
        try {
            Session first = new Session(loop, transport.open(Transport.PORT_FIRST));
            Handshake.Opened opened = awaitOpen(first, deadlineNs);
            Session[] all = new Session[opened.ports().size()];
            all[opened.coreIndex()] = first;
            for (int core = 0; core < all.length; core++) {
                if (core != opened.coreIndex()) {
                    all[core] = new Session(loop, transport.open(opened.ports().get(core)));
                    awaitOpen(all[core], deadlineNs);
                }
            }
            sessions = all;
        } catch (IOException e) {
            QuernException.Timeout failure =
                    new QuernException.Timeout("cannot open a socket to " + loop.describe() + ": " + e.getMessage());
            failure.initCause(e);
            throw failure;
        }
    }

    private Handshake.Opened awaitOpen(Session session, long deadlineNs) {
        while (true) {
            session.checkTimers(loop.readClock());
            int work = session.receive(DATAGRAMS_PER_LOOK_MAX);
            Handshake.Opened opened = session.opened();
            if (opened != null && session.isOpen()) {
                return opened;
            }
            QuernException refusal = session.handshake().refusal();
            if (refusal instanceof QuernException.Refused) {
                throw refusal;
            }
            if (loop.nowNs() - deadlineNs >= 0) {
                throw refusal == null ? unreachable(session) : refusal;
            }
            if (work == 0) {
                transport.await(LOOK_NS);
            }
        }
    }

    private QuernException unreachable(Session session) {
        String failure = session.link().failure();
        return new QuernException.Timeout("no session with " + loop.describe() + " within "
                + loop.config().connectTimeout().toMillis() + " ms: "
                + (failure == null ? session.handshake().progress() : failure)
                + ": check that the server runs and that its address is right");
    }

    /** The server was started anew with other cores or ports, as one of its cores says. */
    void changed(Session reporter, Handshake.Opened opened) {
        Session[] before = sessions;
        Session[] now = new Session[opened.ports().size()];
        try {
            for (int core = 0; core < now.length; core++) {
                now[core] = core == opened.coreIndex()
                        ? reporter
                        : new Session(loop, transport.open(opened.ports().get(core)));
            }
        } catch (IOException e) {
            // No sockets to be had: the sessions that there are go on, and the next one to be opened anew tries again.
            for (Session session : now) {
                if (session != null && !session.equals(reporter)) {
                    session.link().close();
                }
            }
            return;
        }
        sessions = now;
        for (Session session : before) {
            if (!session.equals(reporter)) {
                session.retire(reporter);
            }
        }
    }

    /** The session for a key's hash, or the next in turn for {@link Request#ROUTE_ANY}. */
    Session route(int hash) {
        if (sessions.length == 1) {
            return sessions[0];
        }
        if (sessions.length == 0) {
            throw new QuernException.Closed("the client is closed");
        }
        int core = hash == Request.ROUTE_ANY ? anyCore++ : hash;
        return sessions[(core & Integer.MAX_VALUE) % sessions.length];
    }

    boolean outstanding() {
        for (Session session : sessions) {
            if (session.outstanding() > 0) {
                return true;
            }
        }
        return false;
    }

    void close(QuernException cause) {
        for (Session session : sessions) {
            session.close(cause);
        }
        sessions = new Session[0];
    }
}
