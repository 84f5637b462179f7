package dev.quern.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.client.ClientConfig;
import dev.quern.client.FunctionSpec;
import dev.quern.client.QuernClient;
import dev.quern.server.Quern;
import dev.quern.server.Server;
import dev.quern.server.ServerConfig;
import dev.quern.server.TestModules;
import dev.quern.server.roles.LoadSnapshot;
import dev.quern.server.roles.Role;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What people and Prometheus are shown of roles, queues and placement. */
@Timeout(60)
class RolesCommandsTest {
    private Server server;
    private String said = "";

    @BeforeEach
    void open() throws IOException {
        server = Quern.start(ServerConfig.builder()
                .cores(2)
                .roles(roles -> roles.mode("static"))
                .functions(functions -> functions.waitMs(60_000))
                .udp("127.0.0.1:0")
                .resp("off")
                .metrics("127.0.0.1:0")
                .tenant("acme", "")
                .build());
    }

    @AfterEach
    void close() {
        server.close();
    }

    private int run(String... arguments) {
        StringWriter errors = new StringWriter();
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        PrintStream before = System.out;
        System.setOut(new PrintStream(output, true, StandardCharsets.UTF_8));
        try {
            return Main.commandLine().setErr(new PrintWriter(errors, true)).execute(arguments);
        } finally {
            System.setOut(before);
            said = output.toString(StandardCharsets.UTF_8) + errors;
        }
    }

    private String[] atServer(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--server", "127.0.0.1:" + server.udpAddress().getPort(), "--timeout", "50"));
        return all.toArray(String[]::new);
    }

    private void call() {
        try (QuernClient client = QuernClient.connect(ClientConfig.builder()
                .address(server.udpAddress())
                .tenant("acme")
                .requestTimeout(Duration.ofSeconds(50))
                .build())) {
            client.await(client.functions()
                    .deploy(FunctionSpec.of("count", TestModules.COUNT)
                            .timeLimit(Duration.ofSeconds(10))
                            .targetP99(Duration.ofSeconds(60))));
            for (int i = 0; i < 20; i++) {
                client.await(client.invoke("count"));
            }
        }
    }

    @Test
    void shouldTellPrometheusOfCoresRolesTenantsAndFunctions() throws Exception {
        call();
        String text = scrape();
        assertTrue(text.contains("quern_core_role{core=\"1\",role=\"functions\"} 1.0\n"), text);
        assertTrue(text.contains("quern_core_role{core=\"0\",role=\"serving\"} 1.0\n"), text);
        assertTrue(text.contains("quern_core_lanes{core=\"0\"} 2.0\n"), text);
        assertTrue(text.contains("quern_core_calls_total{core=\"1\",place=\"queue\"} 20.0\n"), text);
        assertTrue(text.contains("quern_tenant_records{tenant=\"acme\"} 1.0\n"), text);
        assertTrue(text.contains("quern_function_deployed{function=\"count\",runtime=\""), text);
        assertTrue(text.contains("quern_function_calls_total{function=\"count\",tenant=\""), text);
        assertTrue(text.contains("quern_function_target_met_total{function=\"count\",tenant=\"acme\"} 20.0\n"), text);
        assertTrue(text.contains("quern_function_target_missed_total{function=\"count\",tenant=\"acme\"} 0.0\n"), text);
        assertEquals(0, run(atServer("fn", "describe", "--tenant", "acme", "count")), () -> said);
        assertTrue(said.contains("target of 99 in 100 calls 60000000 us: 20 were in time, 0 were not"), said);
        assertTrue(text.contains("quern_way_missed_total{way=\"udp\"} 0"), text);
        assertTrue(text.contains("# TYPE quern_invocations_handed_total counter\n"), text);
    }

    private String scrape() throws IOException, InterruptedException {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.metricsPort() + "/metrics"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
        }
    }

    @Test
    void shouldDrawCoresTenantsAndFunctions() {
        call();
        assertEquals(
                0,
                run("top", "--once", "--interval", "50", "--metrics", "127.0.0.1:" + server.metricsPort()),
                () -> said);
        assertTrue(said.lines().anyMatch(line -> line.matches("0 +serving +2 .*")), said);
        assertTrue(said.lines().anyMatch(line -> line.matches("1 +functions +0 .*")), said);
        assertTrue(said.lines().anyMatch(line -> line.startsWith("acme ")), said);
        assertTrue(said.startsWith("requests "), said);
    }

    @Test
    void shouldSayWhereToListenWhenNobodyAnswers() {
        assertEquals(1, run("top", "--once", "--metrics", "127.0.0.1:1"));
        assertTrue(said.contains("start the server with metrics.listen"), said);
        assertEquals(1, said.lines().count(), said);
    }

    @Test
    void shouldExplainWhereAFunctionRuns() {
        call();
        assertEquals(0, run(atServer("placement", "explain", "acme", "count")), () -> said);
        assertTrue(said.contains("mode static: 1"), said);
        assertTrue(said.lines().anyMatch(line -> line.matches(" +INLINE +[0-9]+ ns, wait .*")), said);
        assertTrue(said.lines().anyMatch(line -> line.matches(" +FUNCTIONS +[0-9]+ ns, wait .*")), said);
        assertTrue(said.lines().anyMatch(line -> line.matches(" +DEDICATED not here")), said);
        assertEquals(1, run(atServer("placement", "explain", "acme", "none")));
        assertTrue(said.contains("UNKNOWN_FUNCTION"), said);
    }

    @Test
    void shouldListRolesAndWhatChangedThem() throws Exception {
        assertEquals(0, run(atServer("cli", "--tenant", "acme", "roles")), () -> said);
        assertEquals("mode static: 1\ncore 0 serving\ncore 1 functions\n", said);
        assertEquals(0, run(atServer("cli", "--tenant", "acme", "events")), () -> said);
        assertEquals("", said);
        server.roles().change(1, Role.DEDICATED, server.store().tenants().get(0).id());
        assertEquals(0, run(atServer("cli", "--tenant", "acme", "roles")), () -> said);
        assertEquals("mode static: 1\ncore 0 serving\ncore 1 dedicated to you\n", said);
        server.roles().change(1, Role.FUNCTIONS, LoadSnapshot.NO_TENANT);
    }
}
