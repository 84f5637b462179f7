package dev.quern.sandbox.guest;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a module made for WASI preview 1 may import: all of that interface, by its names and types. What the calls come to is
 * {@link WasiCalls}' matter. Parameter and result types are letters, as in {@link Intrinsic}.
 *
 * @see <a href="https://github.com/WebAssembly/WASI/blob/main/legacy/preview1/docs.md">WASI preview 1</a>
 */
public enum WasiImport {
    ARGS_GET("ii"),
    ARGS_SIZES_GET("ii"),
    CLOCK_RES_GET("ii"),
    CLOCK_TIME_GET("ili"),
    ENVIRON_GET("ii"),
    ENVIRON_SIZES_GET("ii"),
    FD_ADVISE("illi"),
    FD_ALLOCATE("ill"),
    FD_CLOSE("i"),
    FD_DATASYNC("i"),
    FD_FDSTAT_GET("ii"),
    FD_FDSTAT_SET_FLAGS("ii"),
    FD_FDSTAT_SET_RIGHTS("ill"),
    FD_FILESTAT_GET("ii"),
    FD_FILESTAT_SET_SIZE("il"),
    FD_FILESTAT_SET_TIMES("illi"),
    FD_PREAD("iiili"),
    FD_PRESTAT_DIR_NAME("iii"),
    FD_PRESTAT_GET("ii"),
    FD_PWRITE("iiili"),
    FD_READ("iiii"),
    FD_READDIR("iiili"),
    FD_RENUMBER("ii"),
    FD_SEEK("ilii"),
    FD_SYNC("i"),
    FD_TELL("ii"),
    FD_WRITE("iiii"),
    PATH_CREATE_DIRECTORY("iii"),
    PATH_FILESTAT_GET("iiiii"),
    PATH_FILESTAT_SET_TIMES("iiiilli"),
    PATH_LINK("iiiiiii"),
    PATH_OPEN("iiiiillii"),
    PATH_READLINK("iiiiii"),
    PATH_REMOVE_DIRECTORY("iii"),
    PATH_RENAME("iiiiii"),
    PATH_SYMLINK("iiiii"),
    PATH_UNLINK_FILE("iii"),
    POLL_ONEOFF("iiii"),
    PROC_EXIT("i", ""),
    PROC_RAISE("i"),
    RANDOM_GET("ii"),
    SCHED_YIELD(""),
    SOCK_ACCEPT("iii"),
    SOCK_RECV("iiiiii"),
    SOCK_SEND("iiiii"),
    SOCK_SHUTDOWN("ii");

    /** The module that guests import these from. */
    public static final String MODULE = "wasi_snapshot_preview1";

    private final String importName = name().toLowerCase(Locale.ROOT);
    private final String parameters;
    private final String results;

    WasiImport(String parameters) {
        this(parameters, "i");
    }

    WasiImport(String parameters, String results) {
        this.parameters = parameters;
        this.results = results;
    }

    public String importName() {
        return importName;
    }

    public String parameters() {
        return parameters;
    }

    public String results() {
        return results;
    }

    public static @Nullable WasiImport named(String name) {
        for (WasiImport wasi : values()) {
            if (wasi.importName.equals(name)) {
                return wasi;
            }
        }
        return null;
    }
}
