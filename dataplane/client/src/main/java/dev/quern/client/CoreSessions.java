package dev.quern.client;

import dev.quern.client.transport.Transport;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A client's sessions, one with each of the server's cores: how they are opened, replaced and chosen. One thread, the client's. */
final class CoreSessions {
    private static final int DATAGRAMS_PER_LOOK_MAX = 64;
    private static final long LOOK_NS = 1_000_000;

    private final ClientLoop loop;
    private final Transport transport;
    private Session[] sessions = new Session[0];

    /** Of {@link #open}: those that are open, by their cores, and the one that is being opened. */
    private @Nullable Session[] begun = new Session[0];

    private @Nullable Session opening;
    private int openingCore;
    private Handshake.@Nullable Opened first;
    private long openedByNs;
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
        begin(timeoutNs);
        while (!advance()) {
            Session next = next();
            next.checkTimers(loop.readClock());
            if (next.receive(DATAGRAMS_PER_LOOK_MAX) == 0 && !next.isOpen()) {
                transport.await(LOOK_NS);
            }
        }
    }

    /** Begins to open a session with every core, one after the other; {@link #advance} goes on with it. */
    void begin(long timeoutNs) {
        openedByNs = loop.readClock() + timeoutNs;
        opening = open(Transport.PORT_FIRST);
    }

    private Session open(int port) {
        try {
            return new Session(loop, transport.open(port));
        } catch (IOException e) {
            QuernException.Timeout failure =
                    new QuernException.Timeout("cannot open a socket to " + loop.describe() + ": " + e.getMessage());
            failure.initCause(e);
            throw failure;
        }
    }

    /**
     * Goes on with opening, as far as answers have come.
     *
     * @return whether all are open
     * @throws QuernException when the server refuses, or the time is over
     */
    boolean advance() {
        for (Session next = next(); next.isOpen(); next = next()) {
            if (begun.length == 0) {
                first = Objects.requireNonNull(next.opened());
                begun = new Session[first.ports().size()];
                openingCore = first.coreIndex();
            }
            begun[openingCore] = next;
            int core = 0;
            while (core < begun.length && begun[core] != null) {
                core++;
            }
            if (core == begun.length) {
                sessions = begun;
                opening = null;
                return true;
            }
            openingCore = core;
            opening = open(Objects.requireNonNull(first).ports().get(core));
        }
        Session next = next();
        QuernException refusal = next.handshake().refusal();
        if (refusal instanceof QuernException.Refused) {
            throw refusal;
        }
        if (loop.readClock() - openedByNs >= 0) {
            throw refusal == null ? unreachable(next) : refusal;
        }
        return false;
    }

    /** The session that is being opened. */
    Session next() {
        return Objects.requireNonNull(opening, "all sessions are open");
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
        if (opening != null) {
            opening.close(cause);
            opening = null;
            for (Session session : begun) {
                if (session != null) {
                    session.close(cause);
                }
            }
        }
    }
}
