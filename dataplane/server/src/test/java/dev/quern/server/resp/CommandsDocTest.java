package dev.quern.server.resp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class CommandsDocTest {
    private static final Pattern COMMAND = Pattern.compile("`([A-Z_]+)`");

    @Test
    void shouldListEveryCommandAndNoOther() throws IOException {
        Set<String> documented = new TreeSet<>();
        for (String line : Files.readAllLines(Path.of(System.getProperty("quern.root"), "docs", "redis.md"))) {
            if (line.startsWith("| `")) {
                Matcher matcher = COMMAND.matcher(line.substring(0, line.indexOf('|', 1)));
                while (matcher.find()) {
                    documented.add(matcher.group(1));
                }
            }
        }
        Set<String> offered = new TreeSet<>();
        for (Command command : Command.values()) {
            offered.add(command.name());
        }
        assertEquals(offered, documented);
    }
}
