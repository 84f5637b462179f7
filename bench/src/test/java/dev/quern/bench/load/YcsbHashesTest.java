package dev.quern.bench.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.bench.report.RunResult;
import dev.quern.bench.workload.Workloads;
import dev.quern.server.Quern;
import dev.quern.server.Server;
import dev.quern.server.ServerConfig;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class YcsbHashesTest {
    /** Each answer is checked by the workload. */
    @Test
    void shouldRunAtTheDoorForRedisClients() throws Exception {
        ServerConfig config =
                ServerConfig.builder().cores(1).udp("off").resp("127.0.0.1:0").build();
        try (Server server = Quern.start(config)) {
            for (String name : List.of("ycsb-a-hash", "ycsb-d-hash", "ycsb-e-hash", "ycsb-f-hash")) {
                try (Target target = new Target(
                        "resp://127.0.0.1:" + server.respAddress().getPort(), Target.Login.DEFAULT, List.of())) {
                    RunResult result = LoadRun.run(
                            target,
                            Workloads.parse(name, 300, Workloads.Choice.DEFAULT),
                            List.of(Phase.closed("closed", Duration.ofMillis(200), 20)),
                            new LoadRun.Settings(3, 64, 64, false, true, -1),
                            "",
                            line -> {});
                    assertEquals(1, result.phases().size());
                    assertTrue(result.phases().getFirst().latency().maxUs() > 0, name);
                }
            }
        }
    }
}
