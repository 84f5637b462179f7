package dev.quern.server.resp;

import dev.quern.ffi.linux.NativeMemory;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One command's name and arguments, by native address; reused for every command of its connection. What arrived in one piece is used
 * where the socket's read left it, what came in parts is gathered into a buffer of its own. Good until {@link #reset}. Thread: the core's.
 */
final class Arguments {
    private static final int COUNT_USUAL = 8;
    private static final int COUNT_KEPT = 1024;
    private static final int GATHERED_BYTES_MIN = 4096;

    private long[] addresses = new long[COUNT_USUAL];
    private int[] lengths = new int[COUNT_USUAL];
    private @Nullable ByteBuf[] holders = new ByteBuf[COUNT_USUAL];
    private int count;
    private long bytes;
    private @Nullable ByteBuf gathering;

    /** How many, the command's name among them. */
    int count() {
        return count;
    }

    long address(int index) {
        return addresses[index];
    }

    int length(int index) {
        return lengths[index];
    }

    /** The bytes of all of them. */
    long bytes() {
        return bytes;
    }

    /** Takes an argument that came whole, and its reference. */
    void add(ByteBuf content) {
        int length = content.readableBytes();
        if (length > 0 && !content.hasMemoryAddress()) {
            ByteBuf direct = Unpooled.directBuffer(length).writeBytes(content);
            content.release();
            add(direct, length);
            return;
        }
        add(content, length);
    }

    private void add(ByteBuf content, int length) {
        if (count == addresses.length) {
            grow();
        }
        addresses[count] = length == 0 ? 0 : content.memoryAddress() + content.readerIndex();
        lengths[count] = length;
        holders[count] = content;
        count++;
        bytes += length;
    }

    /** Adds an argument without bytes. */
    void addEmpty() {
        add(Unpooled.EMPTY_BUFFER, 0);
    }

    /** Takes a part of an argument of {@code length} bytes in all, and its reference. Memory is taken as parts arrive, not as announced. */
    void gather(ByteBuf part, int length, boolean last) {
        ByteBuf target = gathering;
        if (target == null) {
            if (last) {
                add(part);
                return;
            }
            target =
                    Unpooled.directBuffer(Math.min(length, Math.max(GATHERED_BYTES_MIN, part.readableBytes())), length);
            gathering = target;
        }
        target.writeBytes(part);
        part.release();
        if (last) {
            gathering = null;
            add(target, target.readableBytes());
        }
    }

    private void grow() {
        int larger = addresses.length * 2;
        addresses = Arrays.copyOf(addresses, larger);
        lengths = Arrays.copyOf(lengths, larger);
        holders = Arrays.copyOf(holders, larger);
    }

    /** The same arguments in memory of their own. */
    Arguments copy() {
        Arguments copy = new Arguments();
        for (int index = 0; index < count; index++) {
            int length = lengths[index];
            if (length == 0) {
                copy.addEmpty();
            } else {
                ByteBuf own = Unpooled.directBuffer(length, length);
                NativeMemory.copy(addresses[index], own.memoryAddress(), length);
                copy.add(own.writerIndex(length), length);
            }
        }
        return copy;
    }

    /** Takes over the arguments of another command, which is left without; only while this has none. */
    void takeFrom(Arguments other) {
        long[] ownAddresses = addresses;
        int[] ownLengths = lengths;
        @Nullable ByteBuf[] ownHolders = holders;
        addresses = other.addresses;
        lengths = other.lengths;
        holders = other.holders;
        count = other.count;
        bytes = other.bytes;
        other.addresses = ownAddresses;
        other.lengths = ownLengths;
        other.holders = ownHolders;
        other.count = 0;
        other.bytes = 0;
    }

    /** Lets go of the arguments' memory. */
    void reset() {
        for (int index = 0; index < count; index++) {
            ByteBuf holder = holders[index];
            if (holder != null) {
                holder.release();
                holders[index] = null;
            }
        }
        ByteBuf half = gathering;
        if (half != null) {
            half.release();
            gathering = null;
        }
        if (addresses.length > COUNT_KEPT) {
            addresses = new long[COUNT_USUAL];
            lengths = new int[COUNT_USUAL];
            holders = new ByteBuf[COUNT_USUAL];
        }
        count = 0;
        bytes = 0;
    }

    byte[] toArray(int index) {
        return lengths[index] == 0 ? new byte[0] : NativeMemory.toArray(addresses[index], lengths[index]);
    }

    /** UTF-8; cold paths only. */
    String text(int index) {
        return new String(toArray(index), StandardCharsets.UTF_8);
    }

    /** At most {@code max} bytes up to the first NUL, one character each: what Redis's errors repeat. See {@link ReplyWriter#errorEcho}. */
    String excerpt(int index, int max) {
        int length = 0;
        int lengthMax = Math.min(max, lengths[index]);
        while (length < lengthMax && NativeMemory.getByte(addresses[index] + length) != 0) {
            length++;
        }
        return length == 0
                ? ""
                : new String(NativeMemory.toArray(addresses[index], length), StandardCharsets.ISO_8859_1);
    }

    /** As {@link #excerpt(int, int)}, up to {@link RespLimits#ERROR_TEXT_MAX}. */
    String excerpt(int index) {
        return excerpt(index, RespLimits.ERROR_TEXT_MAX);
    }

    /** Whether the argument spells this word, in whatever case. {@code word} is in capital ASCII letters. */
    boolean is(int index, String word) {
        int length = lengths[index];
        if (length != word.length()) {
            return false;
        }
        long address = addresses[index];
        for (int position = 0; position < length; position++) {
            if (Ascii.upper(NativeMemory.getByte(address + position)) != word.charAt(position)) {
                return false;
            }
        }
        return true;
    }

    /** Whether the argument reads as a signed 64-bit decimal in Redis's strict form: no spaces, no plus, no leading zeros. */
    boolean isLong(int index) {
        return Ascii.isLong(addresses[index], lengths[index]);
    }

    /** The number; meaningful only when {@link #isLong}. */
    long asLong(int index) {
        return Ascii.parseLong(addresses[index], lengths[index]);
    }
}
