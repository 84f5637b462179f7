package dev.quern.server.pushback;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.quern.client.ClientConfig;
import dev.quern.client.ClientTable;
import dev.quern.client.FunctionCall;
import dev.quern.client.FunctionSpec;
import dev.quern.client.KeyRange;
import dev.quern.client.QuernClient;
import dev.quern.client.QuernException;
import dev.quern.client.RangePage;
import dev.quern.client.ScanPage;
import dev.quern.client.Value;
import dev.quern.pushback.LocalFunctions;
import dev.quern.server.Pushback;
import dev.quern.server.Quern;
import dev.quern.server.Server;
import dev.quern.server.ServerConfig;
import dev.quern.server.loop.Counter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A server that sends back what it can, and clients of two of its tenants: one that runs what it is sent, and one that runs nothing. */
final class PushbackRig implements AutoCloseable {
    static final Duration AMPLE = Duration.ofSeconds(10);

    private final Server server;
    private final LocalFunctions functions;
    private final QuernClient here;
    private final QuernClient there;

    PushbackRig() {
        this(Pushback.ALWAYS);
    }

    PushbackRig(Pushback pushback) {
        this(pushback, 2);
    }

    /** With so many workers at the client. */
    PushbackRig(int workers) {
        this(Pushback.ALWAYS, workers);
    }

    private PushbackRig(Pushback pushback, int workers) {
        try {
            server = Quern.start(ServerConfig.builder()
                    .cores(1)
                    .udp("127.0.0.1:0")
                    .resp("off")
                    .functions(settings -> settings.pushback(pushback))
                    .tenant("here", "")
                    .tenant("there", "")
                    .build());
        } catch (IOException refused) {
            throw new IllegalStateException(refused);
        }
        functions = LocalFunctions.open(workers);
        here = client("here", functions);
        there = client("there", null);
    }

    QuernClient client(String tenant, @Nullable LocalFunctions runner) {
        ClientConfig.Builder config = ClientConfig.builder()
                .address(server.udpAddress())
                .tenant(tenant)
                .requestTimeout(Duration.ofSeconds(30));
        return QuernClient.connect((runner == null ? config : config.functionRunner(runner)).build());
    }

    Server server() {
        return server;
    }

    LocalFunctions functions() {
        return functions;
    }

    QuernClient here() {
        return here;
    }

    QuernClient there() {
        return there;
    }

    long pushedBack() {
        return server.counters().get(Counter.INVOCATIONS_PUSHED_BACK);
    }

    static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    static byte[] number(int number) {
        return ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(number)
                .array();
    }

    static byte[] wide(long number) {
        return ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(number)
                .array();
    }

    static byte[] example(String name) {
        try (InputStream module = Server.class.getResourceAsStream("/dev/quern/sandbox/examples/" + name + ".wasm")) {
            return java.util.Objects.requireNonNull(module, name).readAllBytes();
        } catch (IOException refused) {
            throw new IllegalStateException(refused);
        }
    }

    /** A module of the sandbox's own tests. */
    static byte[] testModule(String path) {
        try {
            return Files.readAllBytes(Path.of(
                    System.getProperty("quern.root"), "sandbox/src/test/resources/dev/quern/sandbox", path + ".wasm"));
        } catch (IOException refused) {
            throw new IllegalStateException(refused);
        }
    }

    /** Deploys a module in both tenants. */
    void deploy(String name, byte[] module) {
        deploy(FunctionSpec.of(name, module).timeLimit(AMPLE));
    }

    void deploy(FunctionSpec spec) {
        here.await(here.functions().replace(spec));
        there.await(there.functions().replace(spec));
    }

    void orderedTable(String name) {
        here.orderedTable(name);
        there.orderedTable(name);
    }

    void put(String table, byte[] key, byte[] value) {
        here.await(here.table(table).put(key, value));
        there.await(there.table(table).put(key, value));
    }

    /** What a call came to, in words that do not differ from place to place. */
    static String outcome(QuernClient client, FunctionCall call) {
        try {
            return "ok " + HexFormat.of().formatHex(client.await(call.send()).reply());
        } catch (QuernException.FunctionFailed failed) {
            return "returned " + failed.code() + " " + HexFormat.of().formatHex(failed.reply());
        } catch (QuernException failed) {
            return "status " + failed.status() + (failed.status() == 0 ? " " + failed.getMessage() : "");
        }
    }

    static String outcome(QuernClient client, String function, byte[]... arguments) {
        return outcome(client, client.call(function).arguments(arguments));
    }

    /** All records of a table, by their keys; versions aside. */
    static Map<String, String> dump(QuernClient client, String table, boolean isOrdered) {
        ClientTable read = client.table(table);
        Map<String, String> records = new TreeMap<>();
        if (isOrdered) {
            KeyRange rest = KeyRange.all();
            while (rest != null) {
                RangePage page = client.await(read.range(rest, 1000, true));
                page.entries().forEach(entry -> add(records, entry));
                rest = page.rest();
            }
            return records;
        }
        long cursor = 0;
        do {
            ScanPage page = client.await(read.scan(cursor, 1000, true));
            page.entries().forEach(entry -> add(records, entry));
            cursor = page.cursor();
        } while (cursor != 0);
        return records;
    }

    private static void add(Map<String, String> records, ScanPage.Entry entry) {
        records.put(
                HexFormat.of().formatHex(entry.key()),
                HexFormat.of().formatHex(java.util.Objects.requireNonNull(entry.value())));
    }

    static @Nullable String text(QuernClient client, String key) {
        Value value = client.await(client.table().get(bytes(key)));
        return value == null ? null : value.text();
    }

    @Override
    public void close() {
        here.close();
        there.close();
        functions.close();
        server.close();
    }
}
