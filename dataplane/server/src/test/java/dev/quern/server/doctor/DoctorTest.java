package dev.quern.server.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class DoctorTest {
    @TempDir
    private Path root;

    private void write(String name, String text) throws IOException {
        Path file = root.resolve(name.substring(1));
        Files.createDirectories(file.resolveSibling(""));
        Files.writeString(file, text + "\n");
    }

    private Finding of(String subject) {
        List<Finding> findings = new ArrayList<>(new MemoryChecks(new SystemFiles(root)).findings());
        findings.addAll(new DeviceChecks(new SystemFiles(root)).findings());
        return findings.stream()
                .filter(finding -> finding.subject().equals(subject))
                .findFirst()
                .orElseThrow();
    }

    private void assertOk(String subject, String part) {
        Finding finding = of(subject);
        assertEquals(Finding.Grade.OK, finding.grade(), finding::text);
        assertTrue(finding.fact().contains(part), finding::text);
        assertEquals("", finding.mend());
    }

    private void assertLacks(String subject, String part, String mend) {
        Finding finding = of(subject);
        assertEquals(Finding.Grade.LACKS, finding.grade(), finding::text);
        assertTrue(finding.fact().contains(part), finding::text);
        assertTrue(finding.mend().contains(mend), finding::text);
    }

    @Test
    void shouldSayWhatABareMachineLacks() throws IOException {
        assertLacks("huge pages", "no transparent ones", "echo madvise");
        assertLacks("reserved pages", "none", "nr_hugepages");
        assertLacks("locked memory", "unknown", "LimitMEMLOCK=infinity");
        assertLacks("VFIO", "not loaded", "modprobe vfio-pci");
        assertLacks("privileges", "CAP_NET_ADMIN", "AmbientCapabilities=CAP_NET_ADMIN CAP_NET_RAW");
        assertLacks("socket buffers", "up to 0 bytes", "net.core.rmem_max=4194304");
        assertLacks("shared memory", "no /dev/shm", "mount -t tmpfs");
        assertOk("network cards", "none on the PCI bus");
    }

    @Test
    void shouldFindAllInOrderOnAPreparedOne() throws IOException {
        write("/sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never");
        write(
                "/proc/meminfo",
                "MemTotal: 9 kB\nHugePages_Total:     512\nHugePages_Free:      500\nHugepagesize:       2048 kB");
        write(
                "/proc/self/limits",
                "Limit  Soft Limit\nMax locked memory         unlimited            unlimited            bytes");
        write("/proc/self/status", "Name:\tjava\nCapEff:\t000001ffffffffff");
        write("/proc/sys/net/core/rmem_max", "4194304");
        write("/dev/vfio/vfio", "");
        write("/sys/kernel/iommu_groups/0/type", "DMA");
        card("0000:03:00.0", "vfio-pci");
        Files.createDirectories(root.resolve("dev/shm"));
        assertOk("huge pages", "madvise");
        assertOk("reserved pages", "500 of 512 free, 2048 KiB");
        assertOk("locked memory", "unlimited");
        assertOk("privileges", "all");
        assertOk("socket buffers", "4194304");
        assertOk("VFIO", "1 IOMMU groups");
        drivers();
        assertOk("DPDK drivers", "ixgbe, ring");
        assertOk("network card", "0000:03:00.0, vfio-pci, DPDK: net_ixgbe: net.device = \"dpdk:0000:03:00.0\"");
    }

    private void drivers() throws IOException {
        write(
                "/usr/lib/x86_64-linux-gnu/dpdk/pmds-23.0/librte_net_ixgbe.so.23.0",
                "\0..\0PMD_INFO_STRING= {\"name\" : \"net_ixgbe_vf\", \"pci_ids\" : [[32902, 4333, 65535, 65535]]}\0"
                        + "PMD_INFO_STRING= {\"name\" : \"net_ixgbe\", \"params\" : \"a=<int>\", \"kmod\" : \"* vfio-pci\","
                        + " \"pci_ids\" : [[32902, 4278, 65535, 65535],[32902, 5432, 65535, 65535]]}\0");
        write("/usr/lib/x86_64-linux-gnu/dpdk/pmds-23.0/librte_net_ring.so.23.0", "PMD_INFO_STRING= {}\0");
    }

    private void card(String address, String driver) throws IOException {
        write("/sys/bus/pci/devices/" + address + "/class", "0x020000");
        write("/sys/bus/pci/devices/" + address + "/vendor", "0x8086");
        write("/sys/bus/pci/devices/" + address + "/device", "0x1538");
        Path drivers = Files.createDirectories(root.resolve("sys/bus/pci/drivers/" + driver));
        Files.createSymbolicLink(root.resolve("sys/bus/pci/devices/" + address + "/driver"), drivers);
    }

    @Test
    void shouldNameTheCardThatDpdkCouldHave() throws IOException {
        card("0000:04:00.0", "ixgbe");
        assertLacks("DPDK drivers", "none", "setup-dpdk");
        assertLacks("network card", "0000:04:00.0, ixgbe, DPDK: no driver knows it", "setup-dpdk");
        drivers();
        assertLacks("network card", "DPDK: net_ixgbe", "sudo dpdk-devbind.py --bind=vfio-pci 0000:04:00.0");
        write("/sys/bus/pci/devices/0000:04:00.0/net/eth3/mtu", "1500");
        write("/sys/class/net/eth3/operstate", "up");
        assertLacks("network card", "ixgbe as eth3 (up)", "sudo ip link set eth3 down && sudo dpdk-devbind.py");
        write("/proc/net/route", "Iface\tDestination\neth3\t00000000\t010200C0\t0003");
        assertOk("network card", "own way out");
        write("/sys/kernel/mm/transparent_hugepage/enabled", "always madvise [never]");
        assertLacks("huge pages", "off (never)", "echo madvise");
        write("/dev/vfio/vfio", "");
        assertLacks("VFIO", "no IOMMU", "iommu=pt");
    }

    @Test
    void shouldJudgeTheJvm() {
        assertEquals(
                Finding.Grade.BROKEN,
                RuntimeChecks.jdk(Runtime.Version.parse("21.0.2"), "VM").grade());
        assertEquals(
                Finding.Grade.OK,
                RuntimeChecks.jdk(Runtime.Version.parse("25.0.3"), "VM").grade());
        Finding bare = RuntimeChecks.options(List.of("-Xmx1g"));
        assertEquals(Finding.Grade.LACKS, bare.grade());
        assertTrue(bare.fact().contains("-XX:+EnableJVMCI"), bare::text);
        assertTrue(bare.mend().contains("scripts/quern"), bare::text);
    }

    @Test
    void shouldExamineThisMachine() {
        List<Finding> findings = Doctor.examine();
        assertEquals(
                List.of("JDK", "JVM options", "functions", "kernel calls", "DPDK", "huge pages", "reserved pages"),
                findings.stream().map(Finding::subject).limit(7).toList());
        assertFalse(findings.stream().anyMatch(finding -> finding.grade() == Finding.Grade.BROKEN), findings::toString);
        for (Finding finding : findings) {
            assertEquals(finding.grade() == Finding.Grade.OK, finding.mend().isEmpty(), finding::text);
        }
        assertEquals(Finding.Grade.OK, findings.get(1).grade(), findings.get(1)::text);
        assertEquals(Finding.Grade.OK, findings.get(2).grade(), findings.get(2)::text);
    }
}
