package dev.quern.server.doctor;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What the kernel says of itself in files; under another root in tests. */
final class SystemFiles {
    private static final String PCI = "/sys/bus/pci/devices";
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

    /** Network devices on the PCI bus, in the order of their addresses. */
    List<NetworkCard> networkCards(DpdkDrivers drivers) {
        List<NetworkCard> cards = new ArrayList<>();
        for (String address : names(PCI)) {
            String device = PCI + "/" + address;
            if (read(device + "/class").startsWith("0x0200")) {
                String interfaceName = networkInterface(device);
                cards.add(new NetworkCard(
                        address,
                        linkName(device + "/driver"),
                        interfaceName,
                        read("/sys/class/net/" + interfaceName + "/operstate").equals("up"),
                        !interfaceName.isEmpty() && isWayOut(interfaceName),
                        drivers.of(hexadecimal(device + "/vendor"), hexadecimal(device + "/device"))));
            }
        }
        return cards;
    }

    /** That of the device itself, or of the virtio device on it. */
    private String networkInterface(String device) {
        List<String> names = new ArrayList<>(names(device + "/net"));
        names(device).stream()
                .filter(name -> name.startsWith("virtio"))
                .forEach(name -> names.addAll(names(device + "/" + name + "/net")));
        return names.isEmpty() ? "" : names.getFirst();
    }

    private boolean isWayOut(String interfaceName) {
        return read("/proc/net/route").lines().anyMatch(line -> line.matches(interfaceName + "\\s+0{8}\\s.*"))
                || read("/proc/net/ipv6_route")
                        .lines()
                        .anyMatch(line -> line.matches("0{32} 00 .*\\s" + interfaceName));
    }

    private int hexadecimal(String name) {
        String digits = read(name);
        return digits.matches("0x[0-9a-f]{1,4}") ? Integer.decode(digits) : 0;
    }
}
