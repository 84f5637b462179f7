package dev.quern.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.kvstore.Tenant;
import dev.quern.server.Quern;
import dev.quern.server.Server;
import dev.quern.server.ServerConfig;
import dev.quern.server.TenantSettings;
import dev.quern.server.roles.LoadSnapshot;
import dev.quern.server.roles.Role;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who may says what cores do, and is told why when it cannot be. */
@Timeout(60)
class RoleOrdersTest {
    private String said = "";

    private static Server open(int cores) throws IOException {
        return Quern.start(ServerConfig.builder()
                .cores(cores)
                .udp("127.0.0.1:0")
                .resp("off")
                .tenant(TenantSettings.of("boss", "s").operating())
                .tenant("guest", "")
                .build());
    }

    private int role(Server server, String tenant, String... words) {
        List<String> all = new ArrayList<>(
                List.of("cli", "--server", "127.0.0.1:" + server.udpAddress().getPort()));
        all.addAll(List.of("--timeout", "50", "--tenant", tenant, "role"));
        all.addAll(List.of(words));
        StringWriter errors = new StringWriter();
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        PrintStream before = System.out;
        System.setOut(new PrintStream(output, true, StandardCharsets.UTF_8));
        try {
            return Main.commandLine().setErr(new PrintWriter(errors, true)).execute(all.toArray(String[]::new));
        } finally {
            System.setOut(before);
            said = output.toString(StandardCharsets.UTF_8) + errors;
        }
    }

    private void refused(Server server, String why, String tenant, String... words) {
        assertNotEquals(0, role(server, tenant, words), () -> said);
        assertTrue(said.contains(why), said);
    }

    @Test
    void shouldGiveCoresRolesUntilTheyAreReleased() throws Exception {
        try (Server server = open(2)) {
            Tenant guest = Objects.requireNonNull(server.store().tenant("guest"));
            assertEquals(0, role(server, "boss:s", "1", "functions"), () -> said);
            assertEquals(Role.FUNCTIONS, server.roles().view().role(1));
            assertEquals(0, role(server, "boss:s", "1", "dedicated", "guest"), () -> said);
            assertEquals(Role.DEDICATED, server.roles().view().role(1));
            assertEquals(guest.id(), server.roles().view().dedicatedTo(1));
            assertEquals(0, role(server, "boss:s", "1", "serving"), () -> said);
            assertEquals(Role.SERVING, server.roles().view().role(1));
            assertEquals(0, role(server, "boss:s", "1", "serving"), "it serves already: " + said);
            assertEquals(0, role(server, "boss:s", "0", "functions"), () -> said);
            assertEquals(LoadSnapshot.NO_TENANT, server.roles().view().dedicatedTo(0));
            assertEquals(0, role(server, "boss:s", "release"), () -> said);
        }
    }

    @Test
    void shouldSayWhyAnOrderCannotBe() throws Exception {
        try (Server server = open(2)) {
            refused(server, "tenant guest may not change roles", "guest", "1", "functions");
            refused(server, "operator = true", "guest", "release");
            refused(server, "there is no core 2: they go from 0 to 1", "boss:s", "2", "serving");
            refused(server, "no server has such a core", "boss:s", "70000", "serving");
            refused(server, "there is no tenant nobody", "boss:s", "1", "dedicated", "nobody");
            refused(server, "write role CORE serving", "boss:s", "1", "idle");
            refused(server, "write role CORE serving", "boss:s", "1", "dedicated");
            refused(server, "write role CORE serving", "boss:s", "1", "serving", "guest");
            assertEquals(0, role(server, "boss:s", "1", "functions"), () -> said);
            refused(server, "core 0 is the last that serves", "boss:s", "0", "functions");
            assertEquals(Role.SERVING, server.roles().view().role(0));
        }
    }

    @Test
    void shouldRefuseRolesWhereThereIsNothingToShare() throws Exception {
        try (Server server = open(1)) {
            refused(server, "set roles.mode", "boss:s", "0", "functions");
        }
    }
}
