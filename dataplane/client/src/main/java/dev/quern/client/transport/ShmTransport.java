package dev.quern.client.transport;

import dev.quern.protocol.Limits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.VarHandle;
import java.nio.channels.Selector;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/**
 * The way to a server on the same machine through memory that both share: a ring each way and core, and a Unix socket by which either side
 * wakes the other and sees that it has gone. While both are awake no system call is made. When the server was started anew, the links
 * attach to the new one. Sending and receiving allocates nothing.
 */
public final class ShmTransport implements Transport {
    /** What stands for core 0 where UDP has its port. */
    public static final int PORT_OF_CORE_0 = 1;

    private final Path directory;
    private final Selector selector;
    private final List<ShmLink> links = new CopyOnWriteArrayList<>();

    private ShmTransport(Path directory) throws IOException {
        this.directory = directory;
        this.selector = Selector.open();
    }

    /**
     * A transport to the server that has this directory.
     *
     * @throws IOException when there is no such directory
     */
    public static ShmTransport to(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            throw new IOException("no directory " + directory
                    + ": check that the server runs with shm.directory set to it, and that you may enter it");
        }
        return new ShmTransport(directory);
    }

    /** Where a server of this user's is found that was given no directory of its own. */
    public static Path directoryDefault() {
        return Path.of("/dev/shm/quern-" + System.getProperty("user.name"));
    }

    /** The name of a core's socket in the directory. */
    public static String socketName(int core) {
        return "core-" + core + ".sock";
    }

    @Override
    public Link open(int port) throws IOException {
        int core = port == PORT_FIRST ? 0 : port - PORT_OF_CORE_0;
        ShmLink link = new ShmLink(directory, core, selector, links::remove);
        link.attach();
        links.add(link);
        return link;
    }

    @Override
    public int datagramBytesMax() {
        return Limits.DATAGRAM_BYTES_LOOPBACK;
    }

    @Override
    public void await(long timeoutNs) {
        for (ShmLink link : links) {
            link.announceSleep();
        }
        // Pairs with the fence in the server's flush: either it sees that this sleeps, or this sees the reply.
        VarHandle.fullFence();
        try {
            if (hasReplies()) {
                selector.selectNow(key -> {});
            } else {
                // 0 would mean for ever.
                selector.select(key -> {}, Math.max(1, TimeUnit.NANOSECONDS.toMillis(timeoutNs)));
            }
        } catch (IOException failed) {
            throw new UncheckedIOException("cannot wait for replies from " + describe(), failed);
        }
        for (ShmLink link : links) {
            link.endSleep();
        }
    }

    private boolean hasReplies() {
        for (ShmLink link : links) {
            if (link.hasReplies()) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void wakeup() {
        selector.wakeup();
    }

    @Override
    public String describe() {
        return "shm " + directory;
    }

    @Override
    public void close() {
        links.forEach(ShmLink::close);
        try {
            selector.close();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
