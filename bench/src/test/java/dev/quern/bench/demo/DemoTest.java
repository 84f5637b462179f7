package dev.quern.bench.demo;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(180)
class DemoTest {
    @ParameterizedTest
    @EnumSource
    void shouldTellItsStoryWithAnswersThatAgree(DemoPort port) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        new Demo(new PrintStream(bytes, true, StandardCharsets.UTF_8), port, true, false).run();
        String told = bytes.toString(StandardCharsets.UTF_8);
        assertTrue(told.contains("all agree"), told);
        assertTrue(told.contains("java.lang.Object"), told);
        assertTrue(told.contains("redis-cli"), told);
        assertTrue(told.contains("go by " + port.label()), told);
    }
}
