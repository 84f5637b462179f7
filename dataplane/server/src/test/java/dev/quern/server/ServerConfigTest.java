package dev.quern.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.kvstore.WhenFull;
import dev.quern.server.port.UdpPorts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class ServerConfigTest {
    private static ServerConfig parse(String text) {
        ServerConfig.Builder builder = ServerConfig.builder();
        ConfigFile.parse("test.toml", text, builder);
        return builder.build();
    }

    private static String refusal(String text) {
        return String.valueOf(
                assertThrows(ConfigException.class, () -> parse(text)).getMessage());
    }

    @Test
    void shouldListenOnThisMachineOnlyByDefault() {
        ServerConfig config = ServerConfig.builder().build();
        assertEquals("127.0.0.1:6379", ListenAddress.format(notNull(config.resp())));
        assertEquals("127.0.0.1:7400", ListenAddress.format(notNull(config.udp())));
        assertEquals(List.of(TenantSettings.of("default", "")), config.tenants());
        assertTrue(config.hugePages());
    }

    private static <T> T notNull(@org.jspecify.annotations.Nullable T value) {
        assertNotNull(value);
        return value;
    }

    @Test
    void shouldReadEveryKey() {
        ServerConfig config = parse("""
                cores = 2
                cpus = [1, 0]
                drain_ms = 10
                [udp]
                listen = "[::1]:7500"
                driver = "nio"
                socket_buffer_bytes = 65536
                datagram_bytes_max = 1400
                [resp]
                listen = "off"
                [idle]
                spins = 1
                yields = 2
                wait_ms = 5
                park_us = 3
                park_max_us = 4
                [sessions]
                per_core_max = 5
                window = 64
                idle_ms = 600
                outcome_bytes_max = 2097152
                large_bytes_max = 3145728
                [store]
                huge_pages = false
                [functions]
                runtime = "chicory"
                costs = "costs.toml"
                [[tenant]]
                name = "acme"
                secret = "s"
                quota_bytes = 1048576
                when_full = "evict"
                trusted_runtimes = ["java"]
                operator = true
                [[tenant]]
                name = "other"
                """);
        assertEquals(2, config.cores());
        assertEquals(List.of(1, 0), config.cpus());
        assertEquals(10, config.drainMs());
        assertEquals(7500, notNull(config.udp()).getPort());
        assertEquals(UdpPorts.Driver.NIO, config.udpDriver());
        assertEquals(65536, config.socketBufferBytes());
        assertEquals(1400, config.datagramBytesMax());
        assertNull(config.resp());
        assertEquals(
                "IdleConfig[spins=1, yields=2, waitMs=5, parkUs=3, parkMaxUs=4]",
                config.idle().toString());
        assertEquals(
                "SessionConfig[sessionsMax=5, window=64, idleMs=600, outcomeBytesMax=2097152, largeBytesMax=3145728]",
                config.sessions().toString());
        assertFalse(config.hugePages());
        assertEquals("chicory", config.functions().runtime());
        assertEquals(Path.of("costs.toml"), config.functionCosts());
        assertEquals(
                List.of(
                        new TenantSettings("acme", "s", 1 << 20, WhenFull.EVICT)
                                .trusting("java")
                                .operating(),
                        TenantSettings.of("other", "")),
                config.tenants());
    }

    @ParameterizedTest
    @CsvSource({"core, cores", "udp.listn, udp.listen", "sessions.idlems, sessions.idle_ms", "idle.park, idle.park_us"})
    void shouldNameTheNearestKeyWhenRefusingAnUnknownOne(String wrong, String nearest) {
        String message = refusal("drain_ms = 1\n" + wrong + " = 1\n");
        assertTrue(message.contains("test.toml line 2"), message);
        assertTrue(message.contains("no key " + wrong), message);
        assertTrue(message.endsWith("nearest is " + nearest), message);
    }

    @Test
    void shouldRefuseToTrustATenantThatAnybodyCanBe() {
        String message = refusal("[[tenant]]\nname = \"a\"\ntrusted_runtimes = [\"java\"]\n");
        assertTrue(message.contains("tenant a") && message.endsWith("give it a secret"), message);
    }

    @Test
    void shouldRefuseUnknownKeysOfTenants() {
        String message = refusal("[[tenant]]\nname = \"a\"\nsecrets = \"b\"\n");
        assertTrue(message.contains("line 3") && message.endsWith("nearest is tenant.secret"), message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cores = \"two\"",
                "cores = 0",
                "cores = 129",
                "cores = 9223372036854775807",
                "cpus = 1",
                "cpus = [\"a\"]",
                "cpus = [-1]",
                "udp.listen = 7400",
                "udp.listen = \"7400\"",
                "udp.listen = \"127.0.0.1:70000\"",
                "udp.driver = \"dpdk\"",
                "sessions.window = 1000",
                "drain_ms = -1",
                "drain_ms = 1.5",
                "store.huge_pages = 1",
                "store.huge_pages = \"true\"",
                "tenant = 1",
                "[[tenant]]\nsecret = \"a\"",
                "[[tenant]]\nname = \"a b\"",
                "[[tenant]]\nname = \"a\"\nquota_bytes = 1",
                "[[tenant]]\nname = \"a\"\nquota_bytes = \"big\"",
                "cores = ["
            })
    void shouldRefuseWrongValuesWithTheirLine(String text) {
        String message = refusal("\n" + text + "\n");
        assertTrue(message.startsWith("test.toml line "), message);
    }

    @ParameterizedTest
    @CsvSource({"udp, 0.0.0.0:7400", "resp, 0.0.0.0:6379", "udp, [::]:7400"})
    void shouldRefuseToListenBeyondLoopbackWithoutASecret(String door, String address) {
        String message = refusal(door + ".listen = \"" + address + "\"\n");
        assertTrue(message.contains("tenant default has no secret") && message.contains("--tenant"), message);
        assertNotNull(parse(door + ".listen = \"" + address + "\"\n[[tenant]]\nname = \"a\"\nsecret = \"s\"\n"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cores = 3\ncpus = [0, 1]",
                "idle.park_us = 100\nidle.park_max_us = 50",
                "cores = 2\nudp.listen = \"127.0.0.1:65535\"",
                "[[tenant]]\nname = \"a\"\n[[tenant]]\nname = \"a\""
            })
    void shouldRefuseSettingsThatContradictEachOther(String text) {
        assertNotNull(refusal(text));
    }

    @Test
    void shouldRefuseARuntimeThatIsNotThere() throws IOException {
        ServerConfig config = ServerConfig.builder()
                .cores(1)
                .udp("127.0.0.1:0")
                .resp("off")
                .functions(functions -> functions.runtime("abacus"))
                .build();
        ConfigException refused = assertThrows(ConfigException.class, () -> Quern.start(config));
        assertTrue(String.valueOf(refused.getMessage()).contains("abacus"), refused.getMessage());
    }

    private static String refusalOf(String text) {
        ServerConfig.Builder builder = ServerConfig.builder();
        return String.valueOf(assertThrows(ConfigException.class, () -> {
                    ConfigFile.parse("net.toml", text, builder);
                    ServerConfig config = builder.build();
                    Quern.start(config);
                })
                .getMessage());
    }

    @Test
    void shouldReadWhatTheServerIsOnItsOwnLink() {
        ServerConfig.Builder builder = ServerConfig.builder().tenant("t", "secret");
        ConfigFile.parse("net.toml", """
                cores = 2
                [net]
                device = "kernel:eth1"
                port = 9000
                ipv4 = "10.1.0.2/24"
                ipv4_gateway = "10.1.0.1"
                ipv6 = "fd00::2/64"
                ipv6_gateway = "fe80::1"
                vlan = 42
                """, builder);
        ServerConfig config = builder.build();
        assertEquals("kernel:eth1", config.netDevice());
        assertEquals(42, notNull(config.net()).vlan());
        assertEquals(9000, notNull(config.net()).port());
        assertEquals(24, notNull(notNull(config.net()).ipv4()).prefixLength());
    }

    @Test
    void shouldSayWhatIsWrongWithANetworkOfItsOwn() {
        String secret = "\n[[tenant]]\nname = \"t\"\nsecret = \"s\"\n";
        String device = "[net]\ndevice = \"kernel:none0\"\n";
        assertTrue(refusalOf(device + secret).contains("net.ipv4 or net.ipv6"));
        assertTrue(refusalOf(device + "ipv4 = \"10.1.0.2\"" + secret).contains("prefix length"));
        assertTrue(refusalOf(device + "ipv4 = \"fd00::2/64\"" + secret).contains("other family"));
        assertTrue(refusalOf(device + "ipv4 = \"127.0.0.1/8\"" + secret).contains("unicast"));
        assertTrue(refusalOf(device + "ipv4_gateway = \"router\"" + secret).contains("router's address"));
        assertTrue(refusalOf(device + "ipv4 = \"10.1.0.2/24\"").contains("has no secret"));
        assertTrue(refusalOf("[net]\ndevice = \"eth0\"\nipv4 = \"10.1.0.2/24\"" + secret)
                .contains("kernel:INTERFACE"));
    }

    @Test
    void shouldSayThatAFileIsMissing() {
        ConfigException missing = assertThrows(
                ConfigException.class, () -> ConfigFile.read(Path.of("/none/such.toml"), ServerConfig.builder()));
        assertEquals("/none/such.toml: no such file", missing.getMessage());
    }

    @Test
    void shouldDocumentEveryKeyWithItsTypeAndRange() throws IOException {
        Map<String, String[]> rows = new LinkedHashMap<>();
        for (String line : Files.readAllLines(Path.of(System.getProperty("quern.root"), "docs", "configuration.md"))) {
            if (line.startsWith("| `")) {
                String[] cells = line.split("\\s*\\|\\s*");
                rows.put(cells[1].replace("`", ""), cells);
            }
        }
        List<String> keys = new ArrayList<>();
        ConfigKey.ALL.forEach(key -> keys.add(key.path()));
        keys.addAll(ConfigKey.TENANT);
        assertEquals(keys, List.copyOf(rows.keySet()));
        for (ConfigKey key : ConfigKey.ALL) {
            String[] cells = notNull(rows.get(key.path()));
            assertEquals(key.kind().text(), cells[2], key.path());
            if (key.kind() == ConfigKey.Kind.INTEGER) {
                holdToRange(key.path(), cells[3]);
                holdToDefault(key, cells[4]);
            }
        }
    }

    /** The documented bounds are taken, and what lies beyond them is refused. */
    private static void holdToRange(String path, String range) {
        String[] bounds = range.replaceAll(",.*", "").split(" … ");
        long min = Long.parseLong(bounds[0]);
        long max = Long.parseLong(bounds[1]);
        ServerConfig.Builder builder = ServerConfig.builder();
        ConfigFile.parse("min", path + " = " + min, builder);
        ConfigFile.parse("max", path + " = " + max, builder);
        assertThrows(ConfigException.class, () -> ConfigFile.parse("below", path + " = " + (min - 1), builder), path);
        assertThrows(ConfigException.class, () -> ConfigFile.parse("above", path + " = " + (max + 1), builder), path);
    }

    private static void holdToDefault(ConfigKey key, String documented) {
        if (!documented.matches("\\d+")) {
            return;
        }
        ServerConfig defaults = ServerConfig.builder().build();
        ServerConfig.Builder builder = ServerConfig.builder();
        ConfigFile.parse("default", key.path() + " = " + documented, builder);
        ServerConfig set = builder.build();
        assertEquals(defaults.drainMs(), set.drainMs(), key.path());
        assertEquals(defaults.idle(), set.idle(), key.path());
        assertEquals(defaults.sessions(), set.sessions(), key.path());
        assertEquals(defaults.functions(), set.functions(), key.path());
        assertEquals(defaults.socketBufferBytes(), set.socketBufferBytes(), key.path());
        assertEquals(defaults.datagramBytesMax(), set.datagramBytesMax(), key.path());
    }

    @Test
    void shouldReadWhatFunctionsOfATenantMayHave() {
        ServerConfig config = parse("""
                [[tenant]]
                name = "a"
                function_weight = 5
                function_cpu_percent = 150
                function_target_us = 2000
                """);
        assertEquals(new FunctionShare(5, 150, 2000), config.tenants().get(0).functions());
        assertTrue(refusal("""
                [[tenant]]
                name = "a"
                function_weight = 0
                """).contains("tenant.function_weight"));
    }
}
