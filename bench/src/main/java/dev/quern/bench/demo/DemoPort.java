package dev.quern.bench.demo;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine;

/**
 * What carries the demo's datagrams.
 *
 * @param device of DPDK's, with its arguments; empty for the other kinds
 */
record DemoPort(Kind kind, String device) {
    /** A way in, by its name on the command line. */
    enum Kind {
        /** The kernel's loopback sockets. */
        UDP,
        /** Memory shared with the server, as with one in another process. */
        SHM,
        /** Rings within the JVM. */
        RING,
        /** The server's own network stack over a device of DPDK's, whose other end is the kernel's. */
        DPDK
    }

    private static final char DEVICE_MARK = ':';

    /** An interface of the kernel's that exists while the demo does. */
    private static final String DEVICE_DEFAULT = "net_tap0,iface=quern-demo";

    /** @throws IllegalArgumentException when it is none of them; the message says which there are */
    static DemoPort parse(String text) {
        int mark = text.indexOf(DEVICE_MARK);
        String name = mark < 0 ? text : text.substring(0, mark);
        Optional<Kind> kind = Arrays.stream(Kind.values())
                .filter(each -> each.name().toLowerCase(Locale.ROOT).equals(name))
                .findFirst();
        if (kind.isEmpty() || mark >= 0 && (kind.get() != Kind.DPDK || mark == text.length() - 1)) {
            throw new IllegalArgumentException("it is udp, shm, ring, dpdk or dpdk:DEVICE, not " + text);
        }
        return new DemoPort(
                kind.get(), kind.get() == Kind.DPDK ? mark < 0 ? DEVICE_DEFAULT : text.substring(mark + 1) : "");
    }

    String label() {
        String name = kind.name().toLowerCase(Locale.ROOT);
        return kind == Kind.DPDK ? name + DEVICE_MARK + device : name;
    }

    /** For the command line. */
    static final class Converter implements CommandLine.ITypeConverter<DemoPort> {
        @Override
        public DemoPort convert(String value) {
            try {
                return parse(value);
            } catch (IllegalArgumentException refused) {
                throw new CommandLine.TypeConversionException(refused.getMessage());
            }
        }
    }
}
