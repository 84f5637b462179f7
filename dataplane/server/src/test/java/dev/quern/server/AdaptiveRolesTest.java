package dev.quern.server;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.quern.client.ClientConfig;
import dev.quern.client.FunctionResult;
import dev.quern.client.FunctionSpec;
import dev.quern.client.QuernClient;
import dev.quern.client.QuernException;
import dev.quern.server.dispatch.RoleEvent;
import dev.quern.server.dispatch.RoleView;
import dev.quern.server.roles.MoveCause;
import dev.quern.server.roles.Role;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A server whose cores take roles by themselves: what moves them, and what it says of it. */
@Timeout(100)
class AdaptiveRolesTest {
    private static final int OUTSTANDING = 16;

    private static ServerConfig.Builder adaptive(int cores) {
        return ServerConfig.builder()
                .cores(cores)
                .roles(roles -> roles.mode("adaptive"))
                .udp("off")
                .resp("off")
                .tenant("default", "");
    }

    @Test
    void shouldGiveFunctionsACoreAndTakeItBack() throws Exception {
        try (EmbeddedQuern quern = Quern.embedded(adaptive(2)
                        .functions(functions -> functions.waitMs(60_000))
                        .build());
                QuernClient client = quern.client(ClientConfig.builder().requestTimeout(Duration.ofSeconds(80)))) {
            Server server = quern.server();
            assertEquals(Role.SERVING, server.roles().view().role(1));
            // Each runs for its time limit and is ended then.
            client.await(client.functions()
                    .deploy(FunctionSpec.of("spin", TestModules.SPIN).timeLimit(Duration.ofMillis(2))));
            ArrayDeque<CompletableFuture<FunctionResult>> calls = new ArrayDeque<>();
            while (server.roles().view().functionCores() == 0) {
                calls.add(client.invoke("spin"));
                if (calls.size() > OUTSTANDING) {
                    awaitEnd(client, calls.remove());
                }
            }
            for (CompletableFuture<FunctionResult> call : calls) {
                awaitEnd(client, call);
            }
            RoleEvent given = server.roles().events().since(0).get(0);
            assertEquals(Role.FUNCTIONS, given.to());
            assertTrue(
                    List.of(MoveCause.FUNCTION_DELAY, MoveCause.INLINE_FUNCTIONS)
                            .contains(given.cause()),
                    given::toString);
            Await.until(
                    "functions are idle, and a core still waits for them",
                    () -> server.roles().view().functionCores() == 0);
            RoleEvent last = assertNotNullAnd(server.roles().events().last());
            assertEquals(Role.SERVING, last.to(), last::toString);
        }
    }

    /** Loops that spin look at each other four times a millisecond. */
    @Test
    void shouldAllocateNothingForLooking() throws Exception {
        try (EmbeddedQuern quern = Quern.embedded(
                adaptive(2).idle(idle -> idle.spins(1_000_000_000)).build())) {
            long least = Long.MAX_VALUE;
            for (int round = 0; round < 20; round++) {
                long before = loopBytes();
                long endNs = System.nanoTime() + 50_000_000;
                Await.until("time goes by", () -> System.nanoTime() > endNs);
                least = Math.min(least, loopBytes() - before);
            }
            assertEquals(0, least, "bytes in 50 ms");
            assertEquals(Role.SERVING, quern.server().roles().view().role(1));
        }
    }

    private static long loopBytes() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("quern-core-"))
                .mapToLong(thread -> threads.getThreadAllocatedBytes(thread.threadId()))
                .sum();
    }

    @Test
    void shouldGiveABusyTenantACoreOfItsOwnAndTakeItBack() throws Exception {
        try (EmbeddedQuern quern = Quern.embedded(adaptive(3)
                        .functions(functions -> functions.waitMs(60_000))
                        .build());
                QuernClient client = quern.client(ClientConfig.builder().requestTimeout(Duration.ofSeconds(80)))) {
            Server server = quern.server();
            client.await(client.functions()
                    .deploy(FunctionSpec.of("spin", TestModules.SPIN).timeLimit(Duration.ofMillis(2))));
            ArrayDeque<CompletableFuture<FunctionResult>> calls = new ArrayDeque<>();
            assign(server, 1, Role.FUNCTIONS);
            assign(server, 2, Role.FUNCTIONS);
            while (!hasMoved(server, MoveCause.TENANT_BUSY)) {
                if (server.roles().view().functionCores() == 2 && calls.size() == OUTSTANDING) {
                    server.releaseRoles();
                }
                calls.add(client.invoke("spin"));
                if (calls.size() > OUTSTANDING) {
                    awaitEnd(client, calls.remove());
                }
            }
            for (CompletableFuture<FunctionResult> call : calls) {
                awaitEnd(client, call);
            }
            RoleEvent given = server.roles().events().since(0).stream()
                    .filter(event -> event.cause() == MoveCause.TENANT_BUSY)
                    .findFirst()
                    .orElseThrow();
            assertEquals(Role.DEDICATED, given.to(), given::toString);
            assertEquals(assertNotNullAnd(server.store().tenant("default")).id(), given.tenant(), given::toString);
            // As its tenant's no longer, or at once to serve, whatever is seen first.
            Await.until("its core is never taken back", () -> allServe(server));
        }
    }

    private static boolean allServe(Server server) {
        RoleView view = server.roles().view();
        return IntStream.range(0, view.cores()).allMatch(core -> view.role(core) == Role.SERVING);
    }

    private static boolean hasMoved(Server server, MoveCause cause) {
        return server.roles().events().since(0).stream().anyMatch(event -> event.cause() == cause);
    }

    @Test
    void shouldKeepRolesAsToldUntilReleased() throws Exception {
        try (EmbeddedQuern quern = Quern.embedded(adaptive(2).build());
                QuernClient client = quern.client(ClientConfig.builder().requestTimeout(Duration.ofSeconds(80)))) {
            Server server = quern.server();
            byte[] key = {1};
            client.await(client.table().put(key, key));
            for (int round = 0; round < 50; round++) {
                for (int core = 0; core < 2; core++) {
                    assign(server, core, Role.FUNCTIONS);
                    assertEquals(Role.FUNCTIONS, server.roles().view().role(core));
                    assign(server, 1 - core, Role.FUNCTIONS);
                    assertEquals(Role.SERVING, server.roles().view().role(1 - core), "somebody serves");
                    assertArrayEquals(key, client.table().sync().get(key));
                    assign(server, core, Role.SERVING);
                }
            }
            assign(server, 1, Role.FUNCTIONS);
            RoleEvent last = assertNotNullAnd(server.roles().events().last());
            assertEquals(MoveCause.OPERATOR, last.cause(), last::toString);
            server.releaseRoles();
            Await.until(
                    "functions are idle, and a core still waits for them",
                    () -> server.roles().view().functionCores() == 0);
        }
    }

    private static void assign(Server server, int core, Role role) {
        Await.until("lanes are on the move", () -> server.assignRole(core, role));
    }

    private static <T> T assertNotNullAnd(@org.jspecify.annotations.Nullable T value) {
        assertNotNull(value);
        return value;
    }

    private static void awaitEnd(QuernClient client, CompletableFuture<FunctionResult> call) {
        try {
            client.await(call);
        } catch (QuernException ended) {
            assertTrue(String.valueOf(ended.getMessage()).contains("DEADLINE"), ended::toString);
        }
    }
}
