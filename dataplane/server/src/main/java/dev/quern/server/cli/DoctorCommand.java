package dev.quern.server.cli;

import dev.quern.server.doctor.Doctor;
import dev.quern.server.doctor.Finding;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code quern doctor}. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        description = {
            "Says what this machine can do for a server and what it cannot, and the command that mends each. Changes nothing.",
            "lacks: works without, slower or with a way in that is shut; broken: a server does not run as it should."
        },
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:nothing is broken", "1:something is"})
final class DoctorCommand implements Callable<Integer> {
    @Override
    public Integer call() {
        List<Finding> findings = Doctor.examine();
        findings.forEach(finding -> System.out.println(finding.text()));
        return findings.stream().anyMatch(finding -> finding.grade() == Finding.Grade.BROKEN) ? 1 : 0;
    }
}
