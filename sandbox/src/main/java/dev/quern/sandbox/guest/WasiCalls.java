package dev.quern.sandbox.guest;

import dev.quern.ffi.linux.NativeMemory;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/**
 * WASI preview 1 that denies: no environment, no files, no sockets. Standard input is empty; what goes to standard output and error
 * becomes lines of the tenant's function log; the clocks stand at the call's time; ending the process ends the call. A command has the
 * call's arguments, and its standard output is the reply. One per core. Thread: the core's.
 */
public final class WasiCalls {
    static final int SUCCESS = 0;
    static final int BAD_FILE = 8;
    static final int INVALID = 28;
    static final int NOT_A_DIRECTORY = 54;
    static final int NOT_A_SOCKET = 57;
    static final int NOT_SUPPORTED = 58;
    static final int NOT_SEEKABLE = 70;
    static final int NOT_CAPABLE = 76;

    private static final int STANDARD_INPUT = 0;
    private static final int STANDARD_ERROR = 2;
    private static final int CLOCK_MONOTONIC = 1;
    private static final int CHARACTER_DEVICE = 2;
    private static final int FDSTAT_BYTES = 24;
    private static final int FDSTAT_RIGHTS_OFFSET = 8;
    private static final int FILESTAT_BYTES = 64;
    private static final int FILESTAT_TYPE_OFFSET = 16;
    private static final long RIGHT_READ = 1 << 1;
    private static final long RIGHT_WRITE = 1 << 6;

    /** A piece of what is written: its address and its length, each an i32. */
    private static final int VECTOR_BYTES = 8;

    /** As POSIX has it for writev. */
    private static final int VECTORS_MAX = 1024;

    /** What one call writes at most, as no deadline can cut it; the guest's library calls again for the rest. */
    private static final int WRITTEN_BYTES_MAX = 16_384;

    private final CallState state;
    private final Pace pace;
    private final OutputLines output;
    private final RandomBytes random;
    private String command = "";

    /** @param pace told of calls that take long */
    WasiCalls(CallState state, Pace pace, RandomBytes random) {
        this.state = state;
        this.pace = pace;
        this.random = random;
        output = new OutputLines(state);
    }

    /**
     * The guest is a command from now on, whose standard output is its reply and whose arguments are those of the call; or none, whose
     * output is logged and who has no arguments.
     *
     * @param name its argument 0; empty for what is no command
     * @return what it was before
     */
    public String command(String name) {
        String before = command;
        command = name;
        return before;
    }

    private int argumentCount() {
        return command.isEmpty() ? 0 : 1 + state.arguments().count();
    }

    /** Each with the zero byte behind it. */
    private int argumentBytes() {
        long bytes = command.isEmpty() ? 0 : command.length() + 1L;
        for (int i = 1; i < argumentCount(); i++) {
            bytes += state.arguments().length(i - 1) + 1L;
        }
        return Math.toIntExact(bytes);
    }

    private int arguments(WindowedMemory memory, int addresses, int bytes) {
        long addressAt = memory.writable(Integer.toUnsignedLong(addresses), (long) argumentCount() * Integer.BYTES);
        long at = memory.writable(Integer.toUnsignedLong(bytes), argumentBytes());
        long start = at;
        for (int i = 0; i < argumentCount(); i++) {
            NativeMemory.putInt(addressAt + (long) i * Integer.BYTES, bytes + (int) (at - start));
            byte[] name = command.getBytes(StandardCharsets.US_ASCII);
            int length = i == 0 ? name.length : state.arguments().length(i - 1);
            if (i == 0) {
                NativeMemory.copyFromArray(name, 0, at, length);
            } else {
                NativeMemory.copy(state.arguments().address(i - 1), at, length);
            }
            NativeMemory.putByte(at + length, (byte) 0);
            at += length + 1L;
        }
        return SUCCESS;
    }

    /** Logs what was written without a newline. Before the call that wrote it is over. */
    public void flush() {
        output.flush();
    }

    /**
     * What a call comes to: an errno, 0 for success.
     *
     * @param a its arguments; of an i32 the lower half
     * @throws GuestTrap for {@code proc_exit}, and for addresses that are not the guest's
     */
    public int call(WindowedMemory memory, WasiImport which, long[] a) {
        return switch (which) {
            case ARGS_GET -> arguments(memory, (int) a[0], (int) a[1]);
            case ARGS_SIZES_GET -> {
                putInt(memory, a[0], argumentCount());
                yield putInt(memory, a[1], argumentBytes());
            }
            case ENVIRON_GET, SCHED_YIELD -> SUCCESS;
            case ENVIRON_SIZES_GET -> {
                putInt(memory, a[0], 0);
                yield putInt(memory, a[1], 0);
            }
            case CLOCK_RES_GET -> clock(memory, a[0], a[1], TimeUnit.MILLISECONDS.toNanos(1));
            case CLOCK_TIME_GET -> clock(memory, a[0], a[2], TimeUnit.MILLISECONDS.toNanos(state.nowMs()));
            case RANDOM_GET -> random(memory, a[0], (int) a[1]);
            case PROC_EXIT -> throw GuestTrap.exit((int) a[0]);
            case POLL_ONEOFF, PROC_RAISE -> NOT_SUPPORTED;
            case FD_WRITE -> write(memory, (int) a[0], a[1], (int) a[2], a[3]);
            case FD_READ ->
                (int) a[0] == STANDARD_INPUT ? putInt(memory, a[3], 0) : isOpen(a[0]) ? NOT_CAPABLE : BAD_FILE;
            case FD_FDSTAT_GET -> isOpen(a[0]) ? describe(memory, (int) a[0], a[1]) : BAD_FILE;
            case FD_FILESTAT_GET -> isOpen(a[0]) ? describeFile(memory, a[1]) : BAD_FILE;
            case FD_CLOSE, FD_DATASYNC, FD_SYNC -> isOpen(a[0]) ? SUCCESS : BAD_FILE;
            case FD_SEEK, FD_TELL, FD_PREAD, FD_PWRITE, FD_ADVISE, FD_ALLOCATE ->
                isOpen(a[0]) ? NOT_SEEKABLE : BAD_FILE;
            case FD_FDSTAT_SET_FLAGS, FD_FDSTAT_SET_RIGHTS, FD_FILESTAT_SET_SIZE, FD_FILESTAT_SET_TIMES, FD_RENUMBER ->
                isOpen(a[0]) ? NOT_CAPABLE : BAD_FILE;
            case FD_PRESTAT_GET, FD_PRESTAT_DIR_NAME -> BAD_FILE;
            case FD_READDIR,
                    PATH_CREATE_DIRECTORY,
                    PATH_FILESTAT_GET,
                    PATH_FILESTAT_SET_TIMES,
                    PATH_LINK,
                    PATH_OPEN,
                    PATH_READLINK,
                    PATH_REMOVE_DIRECTORY,
                    PATH_RENAME,
                    PATH_UNLINK_FILE -> isOpen(a[0]) ? NOT_A_DIRECTORY : BAD_FILE;
            case PATH_SYMLINK -> isOpen(a[2]) ? NOT_A_DIRECTORY : BAD_FILE;
            case SOCK_ACCEPT, SOCK_RECV, SOCK_SEND, SOCK_SHUTDOWN -> isOpen(a[0]) ? NOT_A_SOCKET : BAD_FILE;
        };
    }

    private static boolean isOpen(long file) {
        return (int) file >= STANDARD_INPUT && (int) file <= STANDARD_ERROR;
    }

    private static long writable(WindowedMemory memory, long address, long length) {
        return memory.writable(Integer.toUnsignedLong((int) address), length);
    }

    private static int putInt(WindowedMemory memory, long address, int value) {
        NativeMemory.putInt(writable(memory, address, Integer.BYTES), value);
        return SUCCESS;
    }

    private static int clock(WindowedMemory memory, long clock, long address, long ns) {
        if ((int) clock < 0 || (int) clock > CLOCK_MONOTONIC) {
            return INVALID;
        }
        NativeMemory.putLong(writable(memory, address, Long.BYTES), ns);
        return SUCCESS;
    }

    private int random(WindowedMemory memory, long address, int length) {
        if (length < 0 || length > RandomBytes.MAX) {
            return INVALID;
        }
        random.fill(writable(memory, address, length), length);
        pace.look();
        return SUCCESS;
    }

    private int write(WindowedMemory memory, int file, long vectors, int count, long written) {
        if (file == STANDARD_INPUT || !isOpen(file)) {
            return file == STANDARD_INPUT ? NOT_CAPABLE : BAD_FILE;
        }
        if (count < 0 || count > VECTORS_MAX) {
            return INVALID;
        }
        long at = memory.readable(Integer.toUnsignedLong((int) vectors), (long) count * VECTOR_BYTES);
        int total = 0;
        for (int i = 0; i < count && total < WRITTEN_BYTES_MAX; i++, at += VECTOR_BYTES) {
            long length = Integer.toUnsignedLong(NativeMemory.getInt(at + Integer.BYTES));
            long from = memory.readable(Integer.toUnsignedLong(NativeMemory.getInt(at)), length);
            int taken = (int) Math.min(length, WRITTEN_BYTES_MAX - total);
            if (command.isEmpty() || file == STANDARD_ERROR) {
                output.write(from, taken);
            } else {
                state.reply().append(from, taken);
            }
            total += taken;
        }
        putInt(memory, written, total);
        pace.look();
        return SUCCESS;
    }

    private static int describe(WindowedMemory memory, int file, long target) {
        long address = writable(memory, target, FDSTAT_BYTES);
        NativeMemory.fill(address, FDSTAT_BYTES, (byte) 0);
        NativeMemory.putByte(address, (byte) CHARACTER_DEVICE);
        NativeMemory.putLong(address + FDSTAT_RIGHTS_OFFSET, file == STANDARD_INPUT ? RIGHT_READ : RIGHT_WRITE);
        return SUCCESS;
    }

    private static int describeFile(WindowedMemory memory, long target) {
        long address = writable(memory, target, FILESTAT_BYTES);
        NativeMemory.fill(address, FILESTAT_BYTES, (byte) 0);
        NativeMemory.putByte(address + FILESTAT_TYPE_OFFSET, (byte) CHARACTER_DEVICE);
        return SUCCESS;
    }
}
