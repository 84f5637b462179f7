package dev.quern.server.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;

/** Huge pages of both kinds, memory that is shared, memory that stays where it is. */
final class MemoryChecks {
    private static final String TRANSPARENT = "/sys/kernel/mm/transparent_hugepage/enabled";
    private static final String MEMINFO = "/proc/meminfo";
    private static final long SHARED_BYTES_MIN = 64L << 20;
    private static final long MEGABYTE = 1 << 20;

    private final SystemFiles files;

    MemoryChecks(SystemFiles files) {
        this.files = files;
    }

    List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        findings.add(transparent());
        findings.add(reserved());
        findings.add(shared());
        findings.add(locked());
        return findings;
    }

    /** For tenants' memory and indexes. */
    private Finding transparent() {
        String choices = files.read(TRANSPARENT);
        String chosen = choices.replaceAll(".*\\[(\\w+)].*", "$1");
        if (chosen.equals("madvise") || chosen.equals("always")) {
            return Finding.ok("huge pages", "transparent: " + chosen + ", so tenants' memory lies on them");
        }
        return Finding.lacks(
                "huge pages",
                choices.isEmpty()
                        ? "this kernel has no transparent ones: reads of much memory are slower"
                        : "transparent ones are off (" + chosen + "): reads of much memory are slower",
                "echo madvise | sudo tee " + TRANSPARENT);
    }

    /** For DPDK's buffers. */
    private Finding reserved() {
        long total = SystemFiles.number(files.field(MEMINFO, "HugePages_Total"));
        long free = SystemFiles.number(files.field(MEMINFO, "HugePages_Free"));
        long kilobytes = SystemFiles.number(files.field(MEMINFO, "Hugepagesize"));
        String mend = "echo 512 | sudo tee /proc/sys/vm/nr_hugepages";
        if (total == 0) {
            return Finding.lacks(
                    "reserved pages", "none: DPDK runs with --no-huge only, and without most devices", mend);
        }
        String fact = free + " of " + total + " free, " + kilobytes + " KiB each";
        return free == 0
                ? Finding.lacks("reserved pages", fact + ": DPDK finds none", mend)
                : Finding.ok("reserved pages", fact);
    }

    private Finding shared() {
        String mend = "sudo mount -o remount,size=1G /dev/shm";
        try {
            long bytes = Files.getFileStore(files.path("/dev/shm")).getUsableSpace();
            String fact = "/dev/shm has " + bytes / MEGABYTE + " MiB free; a client takes 2 on each core";
            return bytes < SHARED_BYTES_MIN
                    ? Finding.lacks("shared memory", fact, mend)
                    : Finding.ok("shared memory", fact);
        } catch (IOException absent) {
            return Finding.lacks(
                    "shared memory",
                    "there is no /dev/shm: name another directory in memory by shm.directory",
                    "sudo mount -t tmpfs tmpfs /dev/shm");
        }
    }

    private Finding locked() {
        String limit = files.read("/proc/self/limits")
                .lines()
                .filter(line -> line.startsWith("Max locked memory"))
                .map(line ->
                        line.substring("Max locked memory".length()).strip().replaceAll("\\s.*", ""))
                .findFirst()
                .orElse("unknown");
        return limit.equals("unlimited")
                ? Finding.ok("locked memory", "unlimited")
                : Finding.lacks(
                        "locked memory",
                        "limit " + limit + " bytes: DPDK with VFIO or AF_XDP needs more",
                        "ulimit -l unlimited, or LimitMEMLOCK=infinity in the systemd unit");
    }
}
