package dev.quern.client.transport;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Carries a client's datagrams to a server's cores and back. Datagrams may get lost, repeated and reordered, never joined or split.
 *
 * <p>One thread uses a transport and its links (the client's I/O thread, or the thread that polls the client); only {@link #wakeup}
 * may be called by any. The client closes the transport that it was configured with.
 */
public interface Transport extends AutoCloseable {
    /** The port of whichever core answers first; from its answer the client learns the others' ports. */
    int PORT_FIRST = 0;

    /** Opens a link to one core. */
    Link open(int port) throws IOException;

    /** The longest datagram that travels in one piece, a multiple of 8 between 512 and 65504; the server is told. */
    int datagramBytesMax();

    /** Blocks until a datagram can be received on some link, {@link #wakeup} is called, or the time is over. May return early. */
    void await(long timeoutNs);

    /** Ends the present {@link #await}, or else the next one. */
    void wakeup();

    /** Where this leads, for error messages. */
    String describe();

    @Override
    void close();

    /** The way to one core. */
    interface Link extends AutoCloseable {
        /** What {@link #find} answers of a link that can only copy. */
        int ONLY_COPIES = -1;

        /**
         * Sends the bytes between position and limit of a direct buffer. Never blocks.
         *
         * @return false when there is no room now and the same datagram should be offered again later; true when it was taken, which
         *     does not say that it arrives
         */
        boolean send(ByteBuffer datagram);

        /**
         * Receives one datagram to the start of a direct buffer of at least 65504 bytes, whatever its position and limit are. Never blocks.
         *
         * @return the datagram's length, or 0 when there is none
         */
        int receive(ByteBuffer target);

        /**
         * Finds the next datagram where it arrived, so that nothing is copied of it that nobody looks at. It stays at {@link #foundOffset} of
         * {@link #foundMemory} until {@link #release}, which is called before anything else is received, and may be called after the
         * link was closed. Never blocks.
         *
         * @return the datagram's length, 0 when there is none, or {@link #ONLY_COPIES} at every call: then {@link #receive} is what there is
         */
        default int find() {
            return ONLY_COPIES;
        }

        /** Where the datagram is that was found last. */
        default MemorySegment foundMemory() {
            return MemorySegment.NULL;
        }

        /** Where in {@link #foundMemory} it begins. */
        default long foundOffset() {
            return 0;
        }

        /** Gives back the place of the datagram that was found last. */
        default void release() {}

        /** What the operating system last said went wrong on this link; null when nothing did. For error messages only. */
        @Nullable
        String failure();

        @Override
        void close();
    }
}
