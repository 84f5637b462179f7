package dev.quern.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.sandbox.RuntimeCosts;
import dev.quern.server.ConfigException;
import dev.quern.server.CostsFile;
import dev.quern.server.roles.MessageCosts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class CalibrateCommandTest {
    @TempDir
    private Path directory = Path.of("");

    @Test
    void shouldWriteWhatAServerReads() {
        Path file = directory.resolve("costs.toml");
        assertEquals(0, Main.commandLine().execute("calibrate", "--quick", "--out", file.toString()));
        Map<String, RuntimeCosts> costs = CostsFile.read(file);
        assertEquals(Set.of("graalwasm", "chicory", "java"), costs.keySet());
        costs.values().forEach(of -> assertTrue(of.createUs() > 0 && of.callNs() > 0, of::toString));
        MessageCosts messages = CostsFile.readMessages(file);
        assertTrue(messages.messageNs() > 0 && messages.handoverNs() > 0 && messages.touchNs() > 0, messages::toString);
    }

    @Test
    void shouldReadWhatItWrote() throws IOException {
        Map<String, RuntimeCosts> costs = Map.of("chicory", new RuntimeCosts(60.5, 10, 45.1, 70, 8_000));
        MessageCosts messages = new MessageCosts(3_000.5, 0.125, 350, 90);
        Path file = Files.writeString(directory.resolve("costs.toml"), CostsFile.format(costs, messages));
        assertEquals(costs, CostsFile.read(file));
        assertEquals(messages, CostsFile.readMessages(file));
        assertEquals(MessageCosts.DEFAULT, CostsFile.readMessages(Files.writeString(file, "")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "graalwasm = 1",
                "[graalwasm]\ncreate_us = 1",
                "[graalwasm]\ncreate_us = -1\nswitch_ns = 1\ncall_ns = 1\nget_ns = 1\nmemory_bytes = 1",
                "[graalwasm"
            })
    void shouldNameAFileThatIsNone(String text) throws IOException {
        Path file = Files.writeString(directory.resolve("costs.toml"), text);
        ConfigException refused = assertThrows(ConfigException.class, () -> CostsFile.read(file));
        assertTrue(String.valueOf(refused.getMessage()).startsWith(file + ": "), refused.getMessage());
    }

    @Test
    void shouldNameAFileWhoseMessagesHaveNoCosts() throws IOException {
        Path file = Files.writeString(directory.resolve("costs.toml"), "[messages]\nmessage_ns = 1");
        ConfigException refused = assertThrows(ConfigException.class, () -> CostsFile.readMessages(file));
        assertTrue(String.valueOf(refused.getMessage()).startsWith(file + ": "), refused.getMessage());
    }
}
