package dev.quern.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Links from one page to another lead somewhere, and each bench has a page. */
@Timeout(60)
class DocsLinksTest {
    private static final Path ROOT = Path.of(System.getProperty("quern.root"));
    private static final Path DOCS = ROOT.resolve("docs");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s#]*)(?:#([^)\\s]*))?\\)");
    private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.*)$");

    private static List<Path> pages() throws IOException {
        try (Stream<Path> files = Files.walk(DOCS)) {
            return Stream.concat(
                            Stream.of(ROOT.resolve("README.md")),
                            files.filter(file -> file.toString().endsWith(".md")))
                    .toList();
        }
    }

    /** As Markdown's readers make them of headings. */
    private static Set<String> anchors(Path page) throws IOException {
        return HEADING.matcher(Files.readString(page))
                .results()
                .map(heading -> heading.group(1)
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N}_\\- ]", "")
                        .strip()
                        .replace(' ', '-'))
                .collect(Collectors.toSet());
    }

    private static boolean leadsSomewhere(Path page, MatchResult link) throws IOException {
        String to = link.group(1);
        String anchor = link.group(2);
        Path target = to.isEmpty() ? page : page.resolveSibling(Path.of(to)).normalize();
        return Files.exists(target)
                && (anchor == null
                        || !target.toString().endsWith(".md")
                        || anchors(target).contains(anchor));
    }

    @Test
    void shouldLeadSomewhere() throws IOException {
        List<String> dead = new ArrayList<>();
        int seen = 0;
        for (Path page : pages()) {
            Matcher links = LINK.matcher(Files.readString(page));
            for (MatchResult link : links.results().toList()) {
                if (!link.group(1).contains(":")) {
                    seen++;
                    if (!leadsSomewhere(page, link)) {
                        dead.add(ROOT.relativize(page) + ": " + link.group());
                    }
                }
            }
        }
        assertEquals(List.of(), dead);
        assertTrue(seen > 50, "only " + seen + " links were found");
    }

    @Test
    void shouldHaveAPageForEachBench() {
        assertEquals(
                List.of(),
                Benches.all().stream()
                        .map(Bench::name)
                        .filter(name -> !Files.exists(DOCS.resolve("benchmarks").resolve(name + ".md")))
                        .toList());
    }
}
