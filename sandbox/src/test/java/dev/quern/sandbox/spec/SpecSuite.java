package dev.quern.sandbox.spec;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where the WebAssembly core test suite lies: in what the system property {@code quern.wasm.spec} or the environment's
 * {@code QUERN_WASM_SPEC} names, or else in {@code shared/wasm-spec} beside the checkout: a directory of {@code NAME/NAME.json} with its
 * modules, as {@code wast2json} writes them, an archive of such a directory, or a directory with that archive.
 */
final class SpecSuite {
    private static final String PROPERTY = "quern.wasm.spec";
    private static final String VARIABLE = "QUERN_WASM_SPEC";

    private static final Path BESIDE = Path.of("..", "shared", "wasm-spec");
    private static final String ARCHIVE = ".tar.xz";

    private SpecSuite() {}

    /** The directory, an archive unpacked into a temporary one first; null when nothing is named, and nothing lies beside. */
    static @Nullable Path find(Path temporary) throws IOException, InterruptedException {
        String named = System.getProperty(PROPERTY, System.getenv(VARIABLE));
        Path beside = Path.of(System.getProperty("quern.root", "..")).resolve(BESIDE);
        if (named == null && !Files.isDirectory(beside)) {
            return null;
        }
        Path place = archiveIn(named == null ? beside : Path.of(named));
        if (!Files.isDirectory(place)) {
            Process tar = new ProcessBuilder("tar", "-xf", place.toString(), "-C", temporary.toString())
                    .inheritIO()
                    .start();
            if (tar.waitFor() != 0) {
                throw new IOException("tar could not unpack " + place);
            }
            place = temporary;
        }
        try (Stream<Path> inside = Files.walk(place, 3)) {
            Path script = inside.filter(path -> path.endsWith(Path.of("address", "address.json")))
                    .findFirst()
                    .orElseThrow(
                            () -> new IOException("no address/address.json in " + (named == null ? beside : named)));
            return script.getParent().getParent();
        }
    }

    /** The archive in this directory, if there is one. */
    private static Path archiveIn(Path place) throws IOException {
        if (!Files.isDirectory(place)) {
            return place;
        }
        try (Stream<Path> inside = Files.list(place)) {
            return inside.filter(path -> path.toString().endsWith(ARCHIVE))
                    .findFirst()
                    .orElse(place);
        }
    }

    /** The files of the suite. */
    static List<String> names(Path suite) throws IOException {
        try (Stream<Path> inside = Files.list(suite)) {
            return inside.filter(Files::isDirectory)
                    .map(path -> path.getFileName().toString())
                    .sorted()
                    .toList();
        }
    }
}
