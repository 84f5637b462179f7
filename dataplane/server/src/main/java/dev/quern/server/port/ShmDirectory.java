package dev.quern.server.port;

import java.io.IOException;
import java.net.BindException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The directory in which clients find a server: one at a time, which the kernel sees to by a lock that ends with its process. What an
 * earlier one left is cleared away by the next. Who may enter the directory may attach. Any thread.
 */
final class ShmDirectory implements AutoCloseable {
    private static final String LOCK = "lock";
    private static final String SOCKETS = "core-*.sock";
    private static final String RINGS = "ring-*";
    private static final int LOCK_TRIES = 100;

    private final Path path;
    private final boolean isCreated;
    private final FileChannel lockFile;
    private final Set<PosixFilePermission> filePermissions;
    private final SecureRandom names;

    private ShmDirectory(Path path, boolean isCreated, FileChannel lockFile, Set<PosixFilePermission> filePermissions) {
        this.path = path;
        this.isCreated = isCreated;
        this.lockFile = lockFile;
        this.filePermissions = filePermissions;
        this.names = new SecureRandom();
    }

    /**
     * Takes the directory, which is made for this user alone when there is none.
     *
     * @throws IOException when another server has it, or when others could put files there
     */
    static ShmDirectory open(Path path) throws IOException {
        boolean isCreated = create(path);
        PosixFileAttributes attributes =
                Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        check(path, attributes);
        ShmDirectory directory = new ShmDirectory(path, isCreated, lock(path), filePermissions(attributes));
        try {
            directory.clear();
        } catch (IOException failed) {
            directory.close();
            throw failed;
        }
        return directory;
    }

    private static boolean create(Path path) throws IOException {
        try {
            Files.createDirectory(
                    path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            return true;
        } catch (FileAlreadyExistsException there) {
            return false;
        }
    }

    /** In a directory that anybody may write to, such as /dev/shm, somebody else may have made it first. */
    private static void check(Path path, PosixFileAttributes attributes) throws IOException {
        if (!attributes.isDirectory()) {
            throw new IOException("shm.directory: " + path + " is no directory: name another, or remove it");
        }
        Object user = Files.getAttribute(Path.of("/proc/self"), "owner:owner");
        if (!attributes.owner().equals(user)
                && !"root".equals(attributes.owner().getName())) {
            throw new IOException("shm.directory: " + path + " belongs to "
                    + attributes.owner().getName() + ", who could pose as this server: name another");
        }
        if (attributes.permissions().contains(PosixFilePermission.OTHERS_WRITE)) {
            throw new IOException("shm.directory: anybody may write to " + path + ": chmod o-w " + path);
        }
    }

    /** Of the directory's group, whoever may enter. */
    private static Set<PosixFilePermission> filePermissions(PosixFileAttributes attributes) {
        Set<PosixFilePermission> permissions =
                EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
        if (attributes.permissions().contains(PosixFilePermission.GROUP_EXECUTE)) {
            permissions.add(PosixFilePermission.GROUP_READ);
            permissions.add(PosixFilePermission.GROUP_WRITE);
        }
        return permissions;
    }

    private static FileChannel lock(Path path) throws IOException {
        Path file = path.resolve(LOCK);
        for (int attempt = 0; attempt < LOCK_TRIES; attempt++) {
            FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            if (tryLock(channel) == null) {
                String holder = read(channel);
                channel.close();
                throw new BindException("shm.directory: another server has " + path + holder);
            }
            // Its holder removes the file before it lets it go: then this is the lock of a file that has gone.
            if (isStill(file, channel)) {
                channel.truncate(0);
                int ignored = channel.write(ByteBuffer.wrap(
                        Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)));
                return channel;
            }
            channel.close();
        }
        throw new BindException("shm.directory: " + path + " is being given from one server to another: try again");
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException sameProcess) {
            return null;
        }
    }

    /** By writing to the one and reading the other. */
    private static boolean isStill(Path file, FileChannel channel) throws IOException {
        byte[] mark = Long.toHexString(System.nanoTime()).getBytes(StandardCharsets.US_ASCII);
        channel.truncate(0);
        int ignored = channel.write(ByteBuffer.wrap(mark), 0);
        return Files.exists(file) && java.util.Arrays.equals(mark, Files.readAllBytes(file));
    }

    private static String read(FileChannel channel) throws IOException {
        ByteBuffer text = ByteBuffer.allocate(20);
        int length = channel.read(text, 0);
        return length <= 0 ? "" : ": process " + new String(text.array(), 0, length, StandardCharsets.US_ASCII);
    }

    private void clear() throws IOException {
        for (String kind : new String[] {SOCKETS, RINGS}) {
            try (DirectoryStream<Path> stale = Files.newDirectoryStream(path, kind)) {
                for (Path file : stale) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    Path path() {
        return path;
    }

    /** A new file of zeroes, under a name that nobody guesses. */
    Path createRings(long bytes) throws IOException {
        Path file;
        synchronized (names) {
            file = path.resolve("ring-%016x%016x".formatted(names.nextLong(), names.nextLong()));
        }
        Files.createFile(file, PosixFilePermissions.asFileAttribute(filePermissions));
        // What the umask took away.
        Files.setPosixFilePermissions(file, filePermissions);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            int ignored = channel.write(ByteBuffer.wrap(new byte[1]), bytes - 1);
        }
        return file;
    }

    /** For whoever may attach. */
    void permit(Path socket) throws IOException {
        Files.setPosixFilePermissions(socket, filePermissions);
    }

    /** Leaves nothing behind. */
    @Override
    public void close() throws IOException {
        try {
            if (lockFile.isOpen()) {
                clear();
                Files.deleteIfExists(path.resolve(LOCK));
                if (isCreated) {
                    remove();
                }
            }
        } finally {
            lockFile.close();
        }
    }

    private void remove() throws IOException {
        try {
            Files.deleteIfExists(path);
        } catch (java.nio.file.DirectoryNotEmptyException taken) {
            // The next server is in it already, or somebody else's file.
        }
    }
}
