package dev.quern.server.doctor;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Looks at everything. Takes a second or so, as what functions run on is started for it. */
public final class Doctor {
    private Doctor() {}

    /** What there is and what is missing, in a fixed order. */
    public static List<Finding> examine() {
        SystemFiles files = new SystemFiles(Path.of("/"));
        List<Finding> findings = new ArrayList<>(RuntimeChecks.findings());
        findings.addAll(new MemoryChecks(files).findings());
        findings.addAll(new DeviceChecks(files).findings());
        return findings;
    }
}
