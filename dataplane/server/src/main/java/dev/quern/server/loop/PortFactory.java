package dev.quern.server.loop;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;

/** One way into the server: opens a port on every core. */
public interface PortFactory extends AutoCloseable {
    /**
     * Opens this way's port of a core. Called on that core's thread, once per core, in the order of their indexes, before the core's
     * first turn; earlier cores are turning already.
     *
     * @throws IOException when the address cannot be had; its message names the address
     */
    Port open(Core core) throws IOException;

    /** The addresses actually bound, core 0's first; empty when it has none. Asked for once every core is open; any thread. */
    List<InetSocketAddress> addresses();

    /** The door's short name: {@code udp}, {@code resp}, {@code ring}. */
    String name();

    /**
     * Frames or datagrams that were lost before any port saw them, as no buffer was free or nobody came for them, as far as this way is told. Any
     * thread; asks a device, so not for every turn.
     */
    default long missed() {
        return 0;
    }

    /** Lets go of what no port has taken over. Called once every core has stopped. */
    @Override
    default void close() {}
}
