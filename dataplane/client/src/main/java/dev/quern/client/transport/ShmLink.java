package dev.quern.client.transport;

import dev.quern.protocol.ShmAttachLayout;
import dev.quern.protocol.ShmAttachedLayout;
import dev.quern.protocol.Wire;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The way to one core: attached while its socket is open. What is sent in between is lost, as any datagram may be, and has the link
 * attach again. One thread at a time.
 */
final class ShmLink implements Transport.Link {
    private enum State {
        DETACHED,
        /** The core was asked and has not answered. */
        ATTACHING,
        ATTACHED
    }

    private static final long ATTACH_NS_MAX = TimeUnit.SECONDS.toNanos(5);
    private static final long RETRY_NS = TimeUnit.MILLISECONDS.toNanos(20);

    /** Looks at an empty ring before the socket is asked whether the server is still there: some tens of microseconds. */
    private static final int LOOKS = 4096;

    private static final int ANSWER_BYTES_MAX = ShmAttachedLayout.NAME_OFFSET + 0xFF;

    private final Path directory;
    private final int core;
    private final Selector selector;
    private final Consumer<ShmLink> onClose;
    private final ByteBuffer bytes = ByteBuffer.allocateDirect(ANSWER_BYTES_MAX);
    private State state = State.DETACHED;
    private @Nullable SocketChannel socket;
    private @Nullable ShmMapping mapping;

    /** In which a datagram was found that is being looked at: stays mapped until that is over, also when the link is detached meanwhile. */
    private @Nullable ShmMapping looking;

    private long triedNs;
    private int looks;
    private boolean closed;
    private @Nullable String failure;

    ShmLink(Path directory, int core, Selector selector, Consumer<ShmLink> onClose) {
        this.directory = directory;
        this.core = core;
        this.selector = selector;
        this.onClose = onClose;
    }

    /** Attaches, and waits for the core's answer. */
    void attach() throws IOException {
        connect();
        long beginNs = System.nanoTime();
        while (state != State.ATTACHED) {
            selector.select(key -> {}, 1);
            advance();
            if (state == State.DETACHED) {
                throw new IOException(describe() + ": " + failure);
            }
            if (System.nanoTime() - beginNs > ATTACH_NS_MAX) {
                detach("the server did not answer");
            }
        }
    }

    private String describe() {
        return "core " + core + " of the server at " + directory;
    }

    private void connect() throws IOException {
        triedNs = System.nanoTime();
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(directory.resolve(ShmTransport.socketName(core)));
        SocketChannel channel;
        try {
            channel = SocketChannel.open(address);
        } catch (IOException refused) {
            failure = "no server answers at " + address.getPath() + " (" + refused.getMessage() + ")";
            throw new IOException(failure, refused);
        }
        socket = channel;
        channel.configureBlocking(false);
        channel.register(selector, SelectionKey.OP_READ);
        MemorySegment words = MemorySegment.ofBuffer(bytes.clear());
        Wire.putInt(words, ShmAttachLayout.MAGIC_OFFSET, ShmAttachLayout.MAGIC);
        Wire.putShort(words, ShmAttachLayout.VERSION_OFFSET, ShmAttachLayout.VERSION);
        Wire.putShort(words, ShmAttachLayout.RESERVED_OFFSET, 0);
        int asked = channel.write(bytes.limit(ShmAttachLayout.BYTES));
        bytes.clear();
        if (asked != ShmAttachLayout.BYTES) {
            detach("the socket took nothing");
            throw new IOException(failure);
        }
        state = State.ATTACHING;
    }

    /** Reads what the socket has: the answer to attaching, bells, or the end. */
    private void advance() {
        SocketChannel channel = socket;
        if (channel == null) {
            return;
        }
        try {
            int count;
            do {
                count = channel.read(bytes);
                if (count < 0) {
                    throw new EOFException("the server has gone");
                }
                if (state == State.ATTACHING) {
                    answered(channel);
                } else {
                    bytes.clear();
                }
            } while (count > 0 && state == State.ATTACHED);
        } catch (IOException gone) {
            detach(String.valueOf(gone.getMessage()));
        }
    }

    private void answered(SocketChannel channel) throws IOException {
        MemorySegment words = MemorySegment.ofBuffer(bytes.duplicate().clear());
        if (bytes.position() < ShmAttachedLayout.NAME_OFFSET) {
            return;
        }
        int version = Wire.getUnsignedShort(words, ShmAttachedLayout.VERSION_OFFSET);
        if (Wire.getInt(words, ShmAttachedLayout.MAGIC_OFFSET) != ShmAttachLayout.MAGIC
                || version != ShmAttachLayout.VERSION) {
            throw new IOException("the server speaks another version: " + version + ", not " + ShmAttachLayout.VERSION);
        }
        int nameLength = Wire.getUnsignedByte(words, ShmAttachedLayout.NAME_LENGTH_OFFSET);
        if (bytes.position() < ShmAttachedLayout.NAME_OFFSET + nameLength) {
            return;
        }
        switch (Wire.getUnsignedByte(words, ShmAttachedLayout.OUTCOME_OFFSET)) {
            case ShmAttachedLayout.OUTCOME_ATTACHED -> {}
            case ShmAttachedLayout.OUTCOME_FULL ->
                throw new IOException("it has as many clients as it may: raise shm.clients_per_core_max");
            case ShmAttachedLayout.OUTCOME_DRAINING -> throw new IOException("it is shutting down");
            default -> throw new IOException("it could make no memory to share: its log says why");
        }
        String name = new String(Wire.bytes(words, ShmAttachedLayout.NAME_OFFSET, nameLength), StandardCharsets.UTF_8);
        mapping = ShmMapping.open(directory.resolve(name), Wire.getInt(words, ShmAttachedLayout.RING_BYTES_OFFSET));
        state = State.ATTACHED;
        failure = null;
        looks = 0;
        bytes.clear();
        ring(channel); // Says that it is mapped.
    }

    private void ring(SocketChannel channel) throws IOException {
        // When it is full there are bells enough in it.
        int ignored = channel.write(bytes.clear().limit(1));
        bytes.clear();
    }

    private void detach(String why) {
        failure = why;
        state = State.DETACHED;
        ShmMapping mapped = mapping;
        mapping = null;
        if (mapped != null && mapped != looking) {
            mapped.close();
        }
        SocketChannel channel = socket;
        socket = null;
        bytes.clear();
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
        }
    }

    private void attachAgain() {
        if (closed || System.nanoTime() - triedNs < RETRY_NS) {
            return;
        }
        try {
            connect();
        } catch (IOException stillGone) {
            detach(String.valueOf(stillGone.getMessage()));
        }
    }

    @Override
    public boolean send(ByteBuffer datagram) {
        ShmMapping to = mapping;
        if (to == null) {
            sendDetached();
            return true;
        }
        if (!to.send(datagram)) {
            if (to.isBroken()) {
                detach("its ring holds what cannot be");
            }
            return false;
        }
        if (to.serverSleeps()) {
            wakeServer(to);
        }
        return true;
    }

    private void sendDetached() {
        if (state == State.DETACHED) {
            attachAgain();
        } else {
            advance();
        }
    }

    private void wakeServer(ShmMapping to) {
        SocketChannel channel = socket;
        if (channel == null) {
            return;
        }
        to.serverWoken();
        try {
            ring(channel);
        } catch (IOException gone) {
            detach(String.valueOf(gone.getMessage()));
        }
    }

    @Override
    public int receive(ByteBuffer target) {
        int length = find();
        ShmMapping from = looking;
        if (from != null) {
            from.copyFound(target);
            release();
        }
        return length;
    }

    @Override
    public int find() {
        ShmMapping from = mapping;
        int length = from == null ? 0 : from.find();
        if (length == 0) {
            nothing(from);
        } else {
            looking = from;
        }
        return length;
    }

    @Override
    public MemorySegment foundMemory() {
        return looked().memory();
    }

    @Override
    public long foundOffset() {
        return looked().foundOffset();
    }

    private ShmMapping looked() {
        ShmMapping from = looking;
        if (from == null) {
            throw new IllegalStateException("nothing was found");
        }
        return from;
    }

    @Override
    public void release() {
        ShmMapping from = looked();
        looking = null;
        if (from == mapping) {
            from.release();
        } else {
            from.close();
        }
    }

    private void nothing(@Nullable ShmMapping from) {
        if (from != null && from.isBroken()) {
            detach("its ring holds what cannot be");
        } else if (state == State.ATTACHING || (state == State.ATTACHED && ++looks == LOOKS)) {
            looks = 0;
            advance();
        }
    }

    boolean hasReplies() {
        ShmMapping from = mapping;
        return from != null && from.hasNext();
    }

    void announceSleep() {
        ShmMapping mapped = mapping;
        if (mapped != null) {
            mapped.clientSleeps(true);
        }
    }

    void endSleep() {
        ShmMapping mapped = mapping;
        if (mapped != null) {
            mapped.clientSleeps(false);
        }
        advance();
    }

    @Override
    public @Nullable String failure() {
        return failure;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            detach("the link is closed");
            onClose.accept(this);
        }
    }
}
