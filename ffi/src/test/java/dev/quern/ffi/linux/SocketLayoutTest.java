package dev.quern.ffi.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class SocketLayoutTest {
    @Test
    void shouldLayOutStructuresAsGccDoes(@TempDir Path directory) throws Exception {
        assumeTrue(runs("gcc", "--version"), "gcc is not installed: the layouts are not compared");
        Map<String, Integer> expected = new LinkedHashMap<>();
        expected.put("offsetof(struct msghdr, msg_name)", SocketLayout.MESSAGE_NAME);
        expected.put("offsetof(struct msghdr, msg_namelen)", SocketLayout.MESSAGE_NAME_LENGTH);
        expected.put("offsetof(struct msghdr, msg_iov)", SocketLayout.MESSAGE_VECTORS);
        expected.put("offsetof(struct msghdr, msg_iovlen)", SocketLayout.MESSAGE_VECTOR_COUNT);
        expected.put("offsetof(struct msghdr, msg_control)", SocketLayout.MESSAGE_CONTROL);
        expected.put("offsetof(struct msghdr, msg_controllen)", SocketLayout.MESSAGE_CONTROL_LENGTH);
        expected.put("offsetof(struct msghdr, msg_flags)", SocketLayout.MESSAGE_FLAGS);
        expected.put("sizeof(struct msghdr)", SocketLayout.MESSAGE_SIZE);
        expected.put("offsetof(struct mmsghdr, msg_len)", SocketLayout.MULTI_LENGTH);
        expected.put("sizeof(struct mmsghdr)", SocketLayout.MULTI_SIZE);
        expected.put("offsetof(struct iovec, iov_base)", SocketLayout.VECTOR_BASE);
        expected.put("offsetof(struct iovec, iov_len)", SocketLayout.VECTOR_LENGTH);
        expected.put("sizeof(struct iovec)", SocketLayout.VECTOR_SIZE);
        expected.put("offsetof(struct cmsghdr, cmsg_len)", SocketLayout.CONTROL_LENGTH);
        expected.put("offsetof(struct cmsghdr, cmsg_level)", SocketLayout.CONTROL_LEVEL);
        expected.put("offsetof(struct cmsghdr, cmsg_type)", SocketLayout.CONTROL_TYPE);
        expected.put("CMSG_LEN(0)", SocketLayout.CONTROL_DATA);
        expected.put("offsetof(struct timespec, tv_sec)", SocketLayout.TIME_SECONDS);
        expected.put("offsetof(struct timespec, tv_nsec)", SocketLayout.TIME_NANOSECONDS);
        expected.put("CMSG_SPACE(sizeof(struct timespec))", SocketLayout.STAMP_SPACE);
        expected.put("SO_TIMESTAMPNS", SocketCalls.SO_TIMESTAMPNS);
        expected.put("SCM_TIMESTAMPNS", SocketCalls.SO_TIMESTAMPNS);
        expected.put("offsetof(struct sockaddr_in, sin_family)", SocketLayout.ADDRESS_FAMILY);
        expected.put("offsetof(struct sockaddr_in, sin_port)", SocketLayout.ADDRESS_PORT);
        expected.put("offsetof(struct sockaddr_in, sin_addr)", SocketLayout.ADDRESS_IPV4);
        expected.put("sizeof(struct sockaddr_in)", SocketLayout.ADDRESS_IPV4_SIZE);
        expected.put("offsetof(struct sockaddr_in6, sin6_flowinfo)", SocketLayout.ADDRESS_IPV6_FLOW);
        expected.put("offsetof(struct sockaddr_in6, sin6_addr)", SocketLayout.ADDRESS_IPV6);
        expected.put("offsetof(struct sockaddr_in6, sin6_scope_id)", SocketLayout.ADDRESS_IPV6_SCOPE);
        expected.put("sizeof(struct sockaddr_in6)", SocketLayout.ADDRESS_IPV6_SIZE);
        expected.put("AF_INET", SocketLayout.AF_INET);
        expected.put("AF_INET6", SocketLayout.AF_INET6);

        StringBuilder source = new StringBuilder("""
                #define _GNU_SOURCE
                #include <stddef.h>
                #include <stdio.h>
                #include <netinet/in.h>
                #include <sys/socket.h>
                #include <sys/uio.h>
                #include <time.h>
                int main(void) {
                """);
        expected.keySet()
                .forEach(what ->
                        source.append("printf(\"%d\\n\", (int) ").append(what).append(");\n"));
        Path file = Files.writeString(directory.resolve("layout.c"), source.append("}\n"));
        Path program = directory.resolve("layout");
        assertTrue(runs("gcc", "-o", program.toString(), file.toString()), "gcc did not compile the probe");
        Process process = new ProcessBuilder(program.toString()).start();
        List<String> lines = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
                .lines()
                .toList();
        int line = 0;
        for (Map.Entry<String, Integer> entry : expected.entrySet()) {
            assertEquals(Integer.parseInt(lines.get(line++)), entry.getValue(), entry.getKey());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1", "2001:db8::17"})
    void shouldReadBackTheAddressWritten(String host) {
        InetSocketAddress address = new InetSocketAddress(InetAddress.ofLiteral(host), 54321);
        try (Arena arena = Arena.ofConfined()) {
            long target = arena.allocate(SocketLayout.ADDRESS_SLOT, 8).address();
            int size = SocketLayout.write(target, address, SocketLayout.family(address.getAddress()));
            assertEquals(size, SocketLayout.sizeOf(target));
            assertEquals(address, SocketLayout.read(target));
        }
    }

    private static boolean runs(String... command) throws InterruptedException {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(30, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException missing) {
            return false;
        }
    }
}
