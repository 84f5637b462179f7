package dev.quern.server.doctor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * DPDK's network drivers that are installed, and the devices that each says it knows: it stands in the drivers' files for
 * {@code dpdk-pmdinfo.py} to read. DPDK itself is not started, as it would take what it finds.
 */
final class DpdkDrivers {
    private static final String ANY_LIBRARY = "/usr/lib";
    private static final Pattern DIRECTORY = Pattern.compile("pmds-\\d+\\.\\d+");
    private static final Pattern FILE = Pattern.compile("librte_net_(\\w+)\\.so\\.\\d+\\.\\d+");
    private static final Pattern INFO =
            Pattern.compile("PMD_INFO_STRING= \\{\"name\" ?: \"(\\w+)\"[^}]*?\"pci_ids\" ?: \\[([\\[\\]\\d, ]*)]}");
    private static final Pattern ID = Pattern.compile("\\[(\\d+), ?(\\d+)");

    private final TreeSet<String> names = new TreeSet<>();
    private final Map<Long, String> byDevice = new HashMap<>();

    DpdkDrivers(SystemFiles files) {
        for (String directory : directories(files)) {
            for (String file : files.names(directory)) {
                Matcher matcher = FILE.matcher(file);
                if (matcher.matches()) {
                    names.add(matcher.group(1));
                    read(files.path(directory + "/" + file));
                }
            }
        }
    }

    private static List<String> directories(SystemFiles files) {
        List<String> found = new ArrayList<>();
        for (String root : List.of(ANY_LIBRARY, "/usr/lib64", "/usr/local/lib", "/usr/local/lib64")) {
            List<String> parents = new ArrayList<>(List.of(root));
            files.names(root).stream()
                    .filter(name -> name.endsWith("-linux-gnu"))
                    .forEach(name -> parents.add(root + "/" + name));
            for (String parent : parents) {
                files.names(parent + "/dpdk").stream()
                        .filter(name -> DIRECTORY.matcher(name).matches())
                        .forEach(name -> found.add(parent + "/dpdk/" + name));
            }
        }
        return found;
    }

    private void read(Path file) {
        try {
            String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
            int start = text.indexOf("PMD_INFO_STRING= ");
            while (start >= 0) {
                int end = text.indexOf('\0', start);
                Matcher info = INFO.matcher(text.substring(start, end < 0 ? text.length() : end));
                if (info.find()) {
                    Matcher id = ID.matcher(info.group(2));
                    while (id.find()) {
                        byDevice.put(key(Integer.parseInt(id.group(1)), Integer.parseInt(id.group(2))), info.group(1));
                    }
                }
                start = end < 0 ? -1 : text.indexOf("PMD_INFO_STRING= ", end);
            }
        } catch (IOException unreadable) {
            // Then it is one that is installed, and of which nothing is known.
        }
    }

    private static long key(int vendor, int device) {
        return (long) vendor << Integer.SIZE | device;
    }

    /** The driver of a device; empty for none. */
    String of(int vendor, int device) {
        return byDevice.getOrDefault(key(vendor, device), "");
    }

    Finding finding() {
        if (names.isEmpty()) {
            return Finding.lacks("DPDK drivers", "none is installed", "scripts/setup-dpdk");
        }
        return Finding.ok("DPDK drivers", String.join(", ", names));
    }
}
