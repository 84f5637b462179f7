package dev.quern.ffi.dpdk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quern.ffi.dpdk.DpdkException.Reason;
import dev.quern.ffi.dpdk.generated.DpdkCalls;
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

@Timeout(value = 120, unit = TimeUnit.SECONDS)
class DpdkAbiTest {
    private static final String PRELUDE = """
            #include <stddef.h>
            #include <stdio.h>
            #include <string.h>
            #include <rte_ethdev.h>
            #include <rte_mbuf.h>
            #include <rte_mempool.h>
            #include <rte_version.h>
            static long long fresh(void) {
              struct rte_mbuf m;
              memset(&m, 0, sizeof m);
              m.data_off = RTE_PKTMBUF_HEADROOM; m.refcnt = 1; m.nb_segs = 1; m.port = 0xffff;
              long long word;
              memcpy(&word, (char *) &m + offsetof(struct rte_mbuf, data_off), sizeof word);
              return word;
            }
            static long long lengths(void) {
              struct rte_mbuf m;
              memset(&m, 0, sizeof m);
              m.l2_len = 18; m.l3_len = 40;
              return m.tx_offload;
            }
            int main(void) {
            printf("%s\\n", rte_version());
            """;

    @Test
    void shouldLayOutEveryStructureAsTheInstalledHeadersDo(@TempDir Path directory) throws Exception {
        List<String> flags = DpdkTools.compilerFlags();
        DpdkAbi abi = DpdkTools.installed();
        Map<String, Long> expected = expected(abi);
        StringBuilder source = new StringBuilder(PRELUDE);
        for (String what : expected.keySet()) {
            source.append("printf(\"%lld\\n\", (long long) (").append(what).append("));\n");
        }
        Path program =
                DpdkTools.compile(directory, source.append("return 0; }\n").toString(), flags);
        Process process = new ProcessBuilder(program.toString()).start();
        List<String> lines = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
                .lines()
                .toList();
        assertEquals(Dpdk.version(), lines.get(0), "headers and libraries are of one version");
        int line = 1;
        for (Map.Entry<String, Long> entry : expected.entrySet()) {
            assertEquals(Long.parseLong(lines.get(line++)), entry.getValue(), entry.getKey());
        }
    }

    private static Map<String, Long> expected(DpdkAbi abi) {
        Map<String, Long> expected = new LinkedHashMap<>();
        mbuf(expected);
        structures(expected, abi);
        constants(expected);
        return expected;
    }

    private static void mbuf(Map<String, Long> expected) {
        expected.put("offsetof(struct rte_mbuf, buf_addr)", (long) Mbuf.BUFFER);
        expected.put("offsetof(struct rte_mbuf, buf_iova)", (long) Mbuf.IOVA);
        expected.put("offsetof(struct rte_mbuf, data_off)", (long) Mbuf.DATA_OFFSET);
        expected.put("offsetof(struct rte_mbuf, refcnt)", (long) Mbuf.REFERENCES);
        expected.put("offsetof(struct rte_mbuf, nb_segs)", (long) Mbuf.SEGMENTS);
        expected.put("offsetof(struct rte_mbuf, port)", (long) Mbuf.PORT);
        expected.put("offsetof(struct rte_mbuf, ol_flags)", (long) Mbuf.FLAGS);
        expected.put("offsetof(struct rte_mbuf, pkt_len)", (long) Mbuf.PACKET_LENGTH);
        expected.put("offsetof(struct rte_mbuf, data_len)", (long) Mbuf.DATA_LENGTH);
        expected.put("offsetof(struct rte_mbuf, vlan_tci)", (long) Mbuf.VLAN);
        expected.put("offsetof(struct rte_mbuf, hash.rss)", (long) Mbuf.HASH);
        expected.put("offsetof(struct rte_mbuf, buf_len)", (long) Mbuf.BUFFER_LENGTH);
        expected.put("offsetof(struct rte_mbuf, pool)", (long) Mbuf.POOL);
        expected.put("offsetof(struct rte_mbuf, next)", (long) Mbuf.NEXT);
        expected.put("offsetof(struct rte_mbuf, tx_offload)", (long) Mbuf.TRANSMIT_OFFLOAD);
        expected.put("sizeof(struct rte_mbuf)", (long) Mbuf.BYTES);
        expected.put("offsetof(struct rte_mbuf, data_len) - offsetof(struct rte_mbuf, pkt_len)", (long) Integer.BYTES);
        expected.put("RTE_MBUF_F_EXTERNAL | RTE_MBUF_F_INDIRECT", Mbuf.ATTACHED);
        expected.put("fresh()", Mbuf.ALONE | Mbuf.HEADROOM_BYTES);
        expected.put("lengths()", 18L | 40L << Mbuf.NETWORK_LENGTH_SHIFT);
    }

    private static void structures(Map<String, Long> expected, DpdkAbi abi) {
        expected.put("RTE_VER_YEAR + (RTE_VER_MONTH >= 11)", (long) abi.number());
        expected.put("sizeof(struct rte_pktmbuf_pool_private)", (long) PackedPool.PRIVATE_BYTES);
        expected.put("sizeof(struct rte_eth_fp_ops)", (long) abi.burstEntryBytes());
        expected.put("offsetof(struct rte_eth_fp_ops, rx_pkt_burst)", (long) abi.receiveFunction());
        expected.put("offsetof(struct rte_eth_fp_ops, rxq.data)", (long) abi.receiveData());
        expected.put("offsetof(struct rte_eth_fp_ops, tx_pkt_burst)", (long) abi.transmitFunction());
        expected.put("offsetof(struct rte_eth_fp_ops, txq.data)", (long) abi.transmitData());
        expected.put("offsetof(struct rte_eth_conf, rxmode.mq_mode)", (long) abi.configReceiveMode());
        expected.put("offsetof(struct rte_eth_conf, rxmode.mtu)", (long) abi.configMtu());
        expected.put("offsetof(struct rte_eth_conf, rxmode.offloads)", (long) abi.configReceiveOffloads());
        expected.put("offsetof(struct rte_eth_conf, txmode.offloads)", (long) abi.configTransmitOffloads());
        expected.put("offsetof(struct rte_eth_conf, rx_adv_conf.rss_conf.rss_key)", (long) abi.configRssKey());
        expected.put(
                "offsetof(struct rte_eth_conf, rx_adv_conf.rss_conf.rss_key_len)", (long) abi.configRssKeyLength());
        expected.put("offsetof(struct rte_eth_conf, rx_adv_conf.rss_conf.rss_hf)", (long) abi.configRssTypes());
        expected.put("sizeof(struct rte_eth_conf) <= " + abi.configBytesMax(), 1L);
        expected.put("offsetof(struct rte_eth_dev_info, driver_name)", (long) abi.infoDriverName());
        expected.put("offsetof(struct rte_eth_dev_info, min_mtu)", (long) abi.infoMtuMin());
        expected.put("offsetof(struct rte_eth_dev_info, max_mtu)", (long) abi.infoMtuMax());
        expected.put("offsetof(struct rte_eth_dev_info, max_rx_queues)", (long) abi.infoReceiveQueuesMax());
        expected.put("offsetof(struct rte_eth_dev_info, max_tx_queues)", (long) abi.infoTransmitQueuesMax());
        expected.put("offsetof(struct rte_eth_dev_info, rx_offload_capa)", (long) abi.infoReceiveOffloads());
        expected.put("offsetof(struct rte_eth_dev_info, tx_offload_capa)", (long) abi.infoTransmitOffloads());
        expected.put("offsetof(struct rte_eth_dev_info, reta_size)", (long) abi.infoRssTableEntries());
        expected.put("offsetof(struct rte_eth_dev_info, hash_key_size)", (long) abi.infoRssKeyBytes());
        expected.put("offsetof(struct rte_eth_dev_info, flow_type_rss_offloads)", (long) abi.infoRssTypes());
        expected.put("sizeof(struct rte_eth_dev_info) <= " + abi.infoBytesMax(), 1L);
        expected.put("offsetof(struct rte_eth_stats, ipackets)", (long) abi.statsReceived());
        expected.put("offsetof(struct rte_eth_stats, opackets)", (long) abi.statsSent());
        expected.put("offsetof(struct rte_eth_stats, imissed)", (long) abi.statsMissed());
        expected.put("offsetof(struct rte_eth_stats, ierrors)", (long) abi.statsReceiveErrors());
        expected.put("offsetof(struct rte_eth_stats, oerrors)", (long) abi.statsSendErrors());
        expected.put("offsetof(struct rte_eth_stats, rx_nombuf)", (long) abi.statsNoBuffer());
        expected.put("sizeof(struct rte_eth_stats) <= " + abi.statsBytesMax(), 1L);
        expected.put("offsetof(struct rte_eth_rss_reta_entry64, mask)", (long) abi.rssTableMask());
        expected.put("offsetof(struct rte_eth_rss_reta_entry64, reta)", (long) abi.rssTableQueues());
        expected.put("sizeof(struct rte_eth_rss_reta_entry64)", (long) abi.rssTableBytes());
        expected.put("offsetof(struct rte_mempool, ops_index)", (long) abi.poolOpsIndex());
        expected.put("offsetof(struct rte_mempool_ops_table, ops)", (long) abi.opsTableEntries());
        expected.put("offsetof(struct rte_mempool_ops, dequeue)", (long) abi.opsDequeue());
        expected.put("sizeof(struct rte_mempool_ops)", (long) abi.opsBytes());
    }

    private static void constants(Map<String, Long> expected) {
        expected.put("RTE_PKTMBUF_HEADROOM", (long) Mbuf.HEADROOM_BYTES);
        expected.put("RTE_MAX_ETHPORTS", (long) DpdkCalls.RTE_MAX_ETHPORTS());
        expected.put("RTE_ETH_NAME_MAX_LEN", (long) DpdkCalls.RTE_ETH_NAME_MAX_LEN());
        expected.put("RTE_ETH_MQ_RX_NONE", (long) DpdkCalls.RTE_ETH_MQ_RX_NONE());
        expected.put("RTE_ETH_MQ_RX_RSS", (long) DpdkCalls.RTE_ETH_MQ_RX_RSS());
        expected.put("RTE_ETH_RSS_NONFRAG_IPV4_UDP", DpdkCalls.RTE_ETH_RSS_NONFRAG_IPV4_UDP());
        expected.put("RTE_ETH_RSS_NONFRAG_IPV6_UDP", DpdkCalls.RTE_ETH_RSS_NONFRAG_IPV6_UDP());
        expected.put("RTE_ETH_RX_OFFLOAD_IPV4_CKSUM", DpdkCalls.RTE_ETH_RX_OFFLOAD_IPV4_CKSUM());
        expected.put("RTE_ETH_RX_OFFLOAD_UDP_CKSUM", DpdkCalls.RTE_ETH_RX_OFFLOAD_UDP_CKSUM());
        expected.put("RTE_ETH_TX_OFFLOAD_IPV4_CKSUM", DpdkCalls.RTE_ETH_TX_OFFLOAD_IPV4_CKSUM());
        expected.put("RTE_ETH_TX_OFFLOAD_UDP_CKSUM", DpdkCalls.RTE_ETH_TX_OFFLOAD_UDP_CKSUM());
        expected.put("RTE_ETH_TX_OFFLOAD_MULTI_SEGS", DpdkCalls.RTE_ETH_TX_OFFLOAD_MULTI_SEGS());
        expected.put("RTE_MBUF_F_RX_IP_CKSUM_MASK", MbufFlags.IP_CHECKSUM_MASK);
        expected.put("RTE_MBUF_F_RX_IP_CKSUM_GOOD", MbufFlags.IP_CHECKSUM_GOOD);
        expected.put("RTE_MBUF_F_RX_IP_CKSUM_BAD", MbufFlags.IP_CHECKSUM_BAD);
        expected.put("RTE_MBUF_F_RX_L4_CKSUM_MASK", MbufFlags.L4_CHECKSUM_MASK);
        expected.put("RTE_MBUF_F_RX_L4_CKSUM_GOOD", MbufFlags.L4_CHECKSUM_GOOD);
        expected.put("RTE_MBUF_F_RX_L4_CKSUM_BAD", MbufFlags.L4_CHECKSUM_BAD);
        expected.put("RTE_MBUF_F_TX_IPV4", MbufFlags.IPV4);
        expected.put("RTE_MBUF_F_TX_IPV6", MbufFlags.IPV6);
        expected.put("RTE_MBUF_F_TX_IP_CKSUM", MbufFlags.FILL_IP_CHECKSUM);
        expected.put("RTE_MBUF_F_TX_UDP_CKSUM", MbufFlags.FILL_UDP_CHECKSUM);
    }

    /** What stands between versions, as gcc printed it for the headers of DPDK 21.11, 22.11, 23.11, 24.11, 25.11 and 26.07. */
    @Test
    void shouldKnowWhatMovedBetweenVersions() throws Exception {
        for (int number : DpdkAbi.KNOWN) {
            DpdkAbi abi = DpdkAbi.of(number);
            boolean old = number < 24;
            assertEquals(old ? 0 : 16, abi.receiveFunction(), abi.toString());
            assertEquals(old ? 24 : 0, abi.receiveData(), abi.toString());
            assertEquals(old ? 64 : 80, abi.transmitFunction(), abi.toString());
            assertEquals(old ? 88 : 64, abi.transmitData(), abi.toString());
            assertEquals(old ? 44 : 48, abi.infoReceiveQueuesMax(), abi.toString());
            assertEquals(old ? 46 : 50, abi.infoTransmitQueuesMax(), abi.toString());
        }
    }

    @Test
    void shouldRefuseAVersionItDoesNotKnowAndNameThoseItKnows() {
        DpdkException refused = assertThrows(DpdkException.class, () -> DpdkAbi.of(21));
        assertEquals(Reason.UNKNOWN_ABI, refused.reason());
        String message = String.valueOf(refused.getMessage());
        assertTrue(message.contains("librte_eal.so.21"), message);
        assertTrue(message.contains("librte_eal.so.23 (DPDK 22.11)"), message);
    }

    @Test
    void shouldTellAnUnknownVersionFromNone() {
        DpdkException unknown =
                DpdkLibraries.missing(List.of("librte_eal.so.20.0.3", "librte_eal.a", "librte_eal.so.99", "libc.so.6"));
        assertEquals(Reason.UNKNOWN_ABI, unknown.reason());
        assertTrue(String.valueOf(unknown.getMessage()).contains("librte_eal.so.99"), unknown.getMessage());
        DpdkException none = DpdkLibraries.missing(List.of("libc.so.6"));
        assertEquals(Reason.NOT_INSTALLED, none.reason());
        assertTrue(String.valueOf(none.getMessage()).contains("scripts/setup-dpdk"), none.getMessage());
    }

    @Test
    void shouldHaveItsSourcesMarkedAsGenerated() throws Exception {
        Path generated = Path.of("src/main/java/dev/quern/ffi/dpdk/generated");
        assumeTrue(Files.isDirectory(generated), "not started in the module's directory");
        try (var files = Files.list(generated)) {
            for (Path file : files.toList()) {
                assertTrue(
                        Files.readString(file).startsWith("// Generated by scripts/generate-bindings"),
                        file.toString());
            }
        }
    }
}
