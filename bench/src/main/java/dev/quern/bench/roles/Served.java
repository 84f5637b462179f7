package dev.quern.bench.roles;

import dev.quern.bench.Machine;
import dev.quern.client.ClientConfig;
import dev.quern.client.FunctionCall;
import dev.quern.client.QuernClient;
import dev.quern.kvstore.WhenFull;
import dev.quern.server.EmbeddedQuern;
import dev.quern.server.Quern;
import dev.quern.server.Server;
import dev.quern.server.ServerConfig;
import dev.quern.server.TenantSettings;
import dev.quern.server.dispatch.Roles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A server in this process with tenants that have records and {@link Work}, and a driver that reaches it by rings or by UDP. */
final class Served implements AutoCloseable {
    static final int CORES = 2;
    private static final int KEYS = 10_000;
    private static final int VALUE_BYTES = 100;
    private static final String FUNCTION = "work";

    private final EmbeddedQuern quern;
    private final List<QuernClient> clients = new ArrayList<>();
    private final Driver driver;

    private Served(EmbeddedQuern quern, int tenants, byte[][] keys, int rounds, Setting setting) {
        this.quern = quern;
        for (int tenant = 0; tenant < tenants; tenant++) {
            ClientConfig.Builder config = ClientConfig.builder()
                    .tenant(name(tenant))
                    .threading(ClientConfig.Threading.INVOKER)
                    .busyRetries(setting.isPatient)
                    .requestTimeout(Duration.ofSeconds(30));
            for (int session = 0; session <= setting.callers; session++) {
                clients.add(
                        setting.isByUdp
                                ? QuernClient.connect(
                                        config.address(quern.server().udpAddress())
                                                .build())
                                : quern.client(config));
            }
        }
        byte[] argument = ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(rounds)
                .array();
        driver = new Driver(
                clients, keys, FUNCTION.getBytes(StandardCharsets.UTF_8), FunctionCall.encodeArguments(argument));
    }

    /**
     * Of the server.
     *
     * @param mode as the configuration names it
     * @param waitMs how long a call may expect to wait and still be taken in; 0 for what the server has by itself
     * @param isPatient whether clients ask again what was refused
     * @param callers clients of each tenant's for its calls, beside the one for gets; 0 when that one has both
     */
    record Setting(String mode, int cores, int waitMs, boolean isByUdp, boolean isPatient, int callers) {}

    /** With so many tenants, the mode as the configuration names it, and what a call computes. */
    static Served open(String mode, int tenants, int rounds) throws Exception {
        return open(new Setting(mode, CORES, 0, false, true, 0), tenants, rounds);
    }

    /** With one tenant, whose calls have so many clients of their own. */
    static Served withCallers(String mode, int callers, int rounds) throws Exception {
        return open(new Setting(mode, CORES, 0, false, true, callers), 1, rounds);
    }

    /** With so many tenants, and what a call computes. */
    static Served open(Setting setting, int tenants, int rounds) throws Exception {
        ServerConfig.Builder config = ServerConfig.builder()
                .cores(setting.cores)
                .roles(roles -> roles.mode(setting.mode))
                .udp(setting.isByUdp ? "127.0.0.1:0" : "off")
                .resp("off")
                .hugePages(false)
                .sessions(sessions -> sessions.idleMs(3_600_000));
        for (int tenant = 0; tenant < tenants; tenant++) {
            config.tenant(new TenantSettings(
                    name(tenant), "", tenants == 1 ? 64L << 20 : TenantSettings.QUOTA_BYTES_MIN, WhenFull.REFUSE));
        }
        if (setting.waitMs > 0) {
            config.functions(functions -> functions.waitMs(setting.waitMs));
        }
        EmbeddedQuern quern = Quern.embedded(config.build());
        try {
            byte[][] keys = new byte[tenants == 1 ? KEYS : 1][];
            for (int key = 0; key < keys.length; key++) {
                keys[key] = ("key" + key).getBytes(StandardCharsets.UTF_8);
            }
            for (int tenant = 0; tenant < tenants; tenant++) {
                TenantSetUp.of(quern, name(tenant), keys, VALUE_BYTES, List.of(FUNCTION));
            }
            return new Served(quern, tenants, keys, rounds, setting);
        } catch (RuntimeException failed) {
            quern.close();
            throw failed;
        }
    }

    private static String name(int tenant) {
        return "tenant-" + tenant;
    }

    Driver driver() {
        return driver;
    }

    Server server() {
        return quern.server();
    }

    /** What a bench says of it, whose calls compute for so long. */
    static String describe(long callNs) {
        return "two cores that are not pinned, and the client's thread, on "
                + Machine.processors()
                + " processors; gets of 100 B values, and calls that compute for "
                + callNs / 1_000 + " us in trusted Java, by rings within one process";
    }

    Roles roles() {
        return quern.server().roles();
    }

    @Override
    public void close() {
        clients.forEach(QuernClient::close);
        quern.close();
    }

    /** How many rounds of {@link Work} take so long here. */
    static int rounds(long ns) throws IOException {
        long best = Long.MAX_VALUE;
        for (int i = 0; i < 200; i++) {
            long beginNs = System.nanoTime();
            if (Work.compute(20_000) == 0) {
                throw new IOException("the generator came to 0");
            }
            best = Math.min(best, System.nanoTime() - beginNs);
        }
        return (int) Math.max(1, ns * 20_000 / best);
    }
}
