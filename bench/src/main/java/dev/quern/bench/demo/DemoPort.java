package dev.quern.bench.demo;

import java.util.Arrays;
import java.util.Locale;
import picocli.CommandLine;

/** What carries the demo's datagrams. */
enum DemoPort {
    /** The kernel's loopback sockets. */
    UDP,
    /** Memory shared with the server, as with one in another process. */
    SHM,
    /** Rings within the JVM. */
    RING;

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** For the command line. */
    static final class Converter implements CommandLine.ITypeConverter<DemoPort> {
        @Override
        public DemoPort convert(String value) {
            return Arrays.stream(values())
                    .filter(port -> port.label().equals(value))
                    .findFirst()
                    .orElseThrow(() -> new CommandLine.TypeConversionException("it is udp, shm or ring, not " + value));
        }
    }
}
