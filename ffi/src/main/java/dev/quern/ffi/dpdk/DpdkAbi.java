package dev.quern.ffi.dpdk;

import java.util.List;

/**
 * Where the fields lie that we read and write ourselves. DPDK keeps a layout for as long as its libraries keep the number in their file
 * names ({@code librte_eal.so.23}), which is the number here; a version whose number is not here is refused. {@code DpdkAbiTest} compares every
 * one with the headers installed. Immutable.
 */
public final class DpdkAbi {
    /** The numbers known, the newest first: DPDK 25.11, 24.11, 23.11, 22.11 and 21.11, and what was released between them. */
    public static final List<Integer> KNOWN = List.of(26, 25, 24, 23, 22);

    /** From here on a queue's data stands before the functions. */
    private static final int DATA_FIRST = 24;

    /** From here on {@code rte_eth_dev_info} holds the pool limits of receive modes. */
    private static final int LONGER_INFO = 24;

    private final int number;

    private DpdkAbi(int number) {
        this.number = number;
    }

    /** @throws DpdkException when the number is unknown; the message names those that are known */
    static DpdkAbi of(int number) throws DpdkException {
        if (!KNOWN.contains(number)) {
            throw new DpdkException(
                    DpdkException.Reason.UNKNOWN_ABI,
                    "DPDK is here as librte_eal.so." + number + ", whose layouts are not known: install one of "
                            + names());
        }
        return new DpdkAbi(number);
    }

    /** {@code librte_eal.so.26 (DPDK 25.11), …}, for messages. */
    static String names() {
        StringBuilder names = new StringBuilder();
        for (int known : KNOWN) {
            names.append(names.isEmpty() ? "" : ", ").append("librte_eal.so.").append(known);
            names.append(" (DPDK ").append(known - 1).append(".11)");
        }
        return names.toString();
    }

    /** The number in the libraries' names. */
    public int number() {
        return number;
    }

    // rte_eth_fp_ops: an array of one entry for each device

    int burstEntryBytes() {
        return 128;
    }

    int receiveFunction() {
        return number >= DATA_FIRST ? 16 : 0;
    }

    int receiveData() {
        return number >= DATA_FIRST ? 0 : 24;
    }

    int transmitFunction() {
        return number >= DATA_FIRST ? 80 : 64;
    }

    int transmitPrepareFunction() {
        return number >= DATA_FIRST ? 88 : 72;
    }

    int transmitData() {
        return number >= DATA_FIRST ? 64 : 88;
    }

    // rte_eth_conf

    /** More than any version's; what is not set is 0. */
    int configBytesMax() {
        return 4096;
    }

    int configReceiveMode() {
        return 8;
    }

    int configMtu() {
        return 12;
    }

    int configReceiveOffloads() {
        return 24;
    }

    int configTransmitOffloads() {
        return 72;
    }

    int configRssKey() {
        return 128;
    }

    int configRssKeyLength() {
        return 136;
    }

    int configRssTypes() {
        return 144;
    }

    // rte_eth_dev_info

    /** More than any version's. */
    int infoBytesMax() {
        return 1024;
    }

    int infoDriverName() {
        return 8;
    }

    int infoMtuMin() {
        return 20;
    }

    int infoMtuMax() {
        return 22;
    }

    int infoReceiveQueuesMax() {
        return number >= LONGER_INFO ? 48 : 44;
    }

    int infoTransmitQueuesMax() {
        return number >= LONGER_INFO ? 50 : 46;
    }

    int infoReceiveOffloads() {
        return 72;
    }

    int infoTransmitOffloads() {
        return 80;
    }

    int infoRssTableEntries() {
        return 104;
    }

    int infoRssKeyBytes() {
        return 106;
    }

    int infoRssTypes() {
        return 112;
    }

    // rte_eth_stats

    /** More than any version's. */
    int statsBytesMax() {
        return 1024;
    }

    int statsReceived() {
        return 0;
    }

    int statsSent() {
        return 8;
    }

    int statsMissed() {
        return 32;
    }

    int statsReceiveErrors() {
        return 40;
    }

    int statsSendErrors() {
        return 48;
    }

    int statsNoBuffer() {
        return 56;
    }

    // rte_eth_rss_reta_entry64

    int rssTableMask() {
        return 0;
    }

    int rssTableQueues() {
        return 8;
    }

    int rssTableBytes() {
        return 136;
    }

    // rte_mempool and rte_mempool_ops_table

    int poolOpsIndex() {
        return 88;
    }

    int opsTableEntries() {
        return 64;
    }

    int opsBytes() {
        return 128;
    }

    int opsDequeue() {
        return 56;
    }

    @Override
    public String toString() {
        return "ABI " + number;
    }
}
