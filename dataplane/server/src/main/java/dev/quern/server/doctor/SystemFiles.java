package dev.quern.server.doctor;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What the kernel says of itself in files; under another root in tests. */
final class SystemFiles {
    private static final int BYTES_MAX = 16 << 10;

    private final Path root;

    SystemFiles(Path root) {
        this.root = root;
    }

    Path path(String name) {
        return root.resolve(name.substring(1));
    }

    boolean exists(String name) {
        return Files.exists(path(name));
    }

    /** Its text without the line's end; empty when it cannot be read. */
    String read(String name) {
        // In one call: the kernel's settings have no length beforehand, and give nothing to a second one.
        try (InputStream input = Files.newInputStream(path(name))) {
            return new String(input.readNBytes(BYTES_MAX), StandardCharsets.ISO_8859_1).strip();
        } catch (IOException absent) {
            return "";
        }
    }

    /** What stands behind {@code key:} in such a file, and else nothing. */
    String field(String name, String key) {
        return read(name)
                .lines()
                .filter(line -> line.startsWith(key + ":"))
                .map(line -> line.substring(key.length() + 1).strip())
                .findFirst()
                .orElse("");
    }

    /** The number at the start of a text, and else 0. */
    static long number(String text) {
        String digits = text.replaceAll("^\\s*([0-9]{1,18}).*", "$1");
        return digits.matches("[0-9]+") ? Long.parseLong(digits) : 0;
    }

    /** The names in a directory, in order; none when it is not there. */
    List<String> names(String directory) {
        try (Stream<Path> files = Files.list(path(directory))) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .sorted()
                    .toList();
        } catch (IOException absent) {
            return List.of();
        }
    }

    /** The last name of where a link leads, and else nothing. */
    String linkName(String name) {
        try {
            return String.valueOf(Files.readSymbolicLink(path(name)).getFileName());
        } catch (IOException none) {
            return "";
        }
    }

    /** Network devices on the PCI bus by their addresses, each with its driver's name, empty for none. */
    Map<String, String> networkCards() {
        Map<String, String> cards = new TreeMap<>();
        for (String address : names("/sys/bus/pci/devices")) {
            String device = "/sys/bus/pci/devices/" + address;
            if (read(device + "/class").startsWith("0x0200")) {
                cards.put(address, linkName(device + "/driver"));
            }
        }
        return cards;
    }
}
