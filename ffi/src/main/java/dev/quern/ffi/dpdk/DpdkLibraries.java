package dev.quern.ffi.dpdk;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Finds DPDK's shared libraries as the system's own loader does, and loads them. Any thread. */
final class DpdkLibraries {
    /** What holds the symbols that we use, each after what it needs. */
    private static final List<String> NAMES = List.of("eal", "ring", "mempool", "mbuf", "ethdev");

    private static final Pattern EAL_FILE = Pattern.compile("librte_eal\\.so\\.(\\d+)(\\.\\d+)*");

    /** Where distributions and DPDK's own installation put libraries; searched only to say better what is wrong. */
    private static final List<String> DIRECTORIES = List.of(
            "/usr/lib/x86_64-linux-gnu",
            "/usr/lib/aarch64-linux-gnu",
            "/usr/lib64",
            "/usr/lib",
            "/usr/local/lib/x86_64-linux-gnu",
            "/usr/local/lib/aarch64-linux-gnu",
            "/usr/local/lib64",
            "/usr/local/lib");

    private static @Nullable DpdkAbi loaded;

    private DpdkLibraries() {}

    /**
     * Loads the newest version that is installed and known. The second call does nothing.
     *
     * @throws DpdkException NOT_INSTALLED, or UNKNOWN_ABI when only others are there
     */
    static synchronized DpdkAbi load() throws DpdkException {
        if (loaded != null) {
            return loaded;
        }
        for (int number : DpdkAbi.KNOWN) {
            if (canLoad("eal", number)) {
                loadAll(number);
                loaded = DpdkAbi.of(number);
                return loaded;
            }
        }
        throw missing(filesIn(DIRECTORIES));
    }

    /** What to say when no known version loads, given the names of the files that are there. */
    static DpdkException missing(List<String> files) {
        TreeSet<Integer> numbers = new TreeSet<>();
        for (String file : files) {
            Matcher matcher = EAL_FILE.matcher(file);
            if (matcher.matches()) {
                numbers.add(Integer.parseInt(matcher.group(1)));
            }
        }
        for (int number : numbers.descendingSet()) {
            try {
                DpdkAbi.of(number);
            } catch (DpdkException unknown) {
                return unknown;
            }
        }
        return new DpdkException(
                DpdkException.Reason.NOT_INSTALLED,
                "DPDK is not installed: no " + DpdkAbi.names()
                        + " can be loaded: run scripts/setup-dpdk, or sudo apt-get install libdpdk-dev; a DPDK of your own making must be"
                        + " on LD_LIBRARY_PATH or in ldconfig's cache");
    }

    private static boolean canLoad(String name, int number) {
        try {
            SymbolLookup.libraryLookup(file(name, number), Arena.global());
            return true;
        } catch (IllegalArgumentException missing) {
            return false;
        }
    }

    private static String file(String name, int number) {
        return "librte_" + name + ".so." + number;
    }

    /** By System.load, so that the bindings, which look in what this class loader has loaded, find them; it wants the path. */
    private static void loadAll(int number) throws DpdkException {
        for (String name : NAMES) {
            String file = file(name, number);
            if (!canLoad(name, number)) {
                throw new DpdkException(
                        DpdkException.Reason.NOT_INSTALLED,
                        "DPDK is here in part: " + file + " cannot be loaded: install it, by scripts/setup-dpdk");
            }
            System.load(pathOf(file));
        }
    }

    private static String pathOf(String file) throws DpdkException {
        try (Stream<String> mappings = Files.lines(Path.of("/proc/self/maps"))) {
            // The mapping shows the file behind the name, librte_eal.so.23.0.
            return mappings.filter(line -> line.contains("/" + file))
                    .map(line -> line.substring(line.indexOf('/')))
                    .findFirst()
                    .orElseThrow(() -> new IOException("not in /proc/self/maps"));
        } catch (IOException failed) {
            throw new DpdkException(
                    DpdkException.Reason.OTHER, file + " is loaded, but from where is not known: " + failed, failed);
        }
    }

    private static List<String> filesIn(List<String> directories) {
        List<String> names = new ArrayList<>();
        for (String directory : directories) {
            try (Stream<Path> files = Files.list(Path.of(directory))) {
                files.map(path -> path.getFileName().toString()).forEach(names::add);
            } catch (IOException missing) {
                // Not every system has every one.
            }
        }
        return names;
    }
}
