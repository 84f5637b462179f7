package dev.quern.bench.demo;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class DemoTest {
    @Test
    void shouldTellItsStoryWithAnswersThatAgree() throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        new Demo(new PrintStream(bytes, true, StandardCharsets.UTF_8), true, false).run();
        String told = bytes.toString(StandardCharsets.UTF_8);
        assertTrue(told.contains("all agree"), told);
        assertTrue(told.contains("java.lang.Object"), told);
        assertTrue(told.contains("redis-cli"), told);
    }
}
