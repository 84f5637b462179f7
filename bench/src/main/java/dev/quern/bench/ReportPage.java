package dev.quern.bench;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * The latest full run of each bench in Markdown: what is short first, then all targets, each beside what earlier full runs on the same kind of machine came to, and
 * the plots. Files are named as they lie beside the page.
 */
final class ReportPage {
    /** Where what benches printed, and their plots, lie: beside the page. */
    static final String FILES = "benchmarks";

    /** How many runs before the latest are told of. */
    private static final int EARLIER_MAX = 5;

    private final List<String> names;
    private final List<BenchRecord> latest;
    private final Map<String, Results.FullRuns> runs;

    /**
     * Of these runs.
     *
     * @param names of all benches, in their order
     */
    ReportPage(Map<String, Results.FullRuns> runs, List<String> names) {
        this.names = names;
        this.runs = runs;
        latest = runs.values().stream().map(run -> run.latest().record()).toList();
    }

    String markdown() {
        StringBuilder text = new StringBuilder();
        text.append("On ").append(distinct(BenchRecord::machine)).append(".\n");
        text.append(distinct(BenchRecord::versions)).append(".\n\n");
        commands(text);
        long held = latest.stream().mapToLong(BenchRecord::held).sum();
        int all = latest.stream().mapToInt(record -> record.targets().size()).sum();
        text.append(String.format(
                Locale.ROOT,
                "%n%d of %d targets hold. *Before* is what up to %d full runs before it came to, of earlier versions, too, on the same"
                        + " machine: the least and the most.%n",
                held,
                all,
                EARLIER_MAX));
        text.append("\n### What is short\n\n");
        targets(text, target -> !target.holds());
        text.append("\n### All targets\n\n");
        targets(text, target -> true);
        plots(text);
        return text.toString();
    }

    private String distinct(Function<BenchRecord, String> property) {
        return latest.stream()
                .map(property)
                .filter(value -> !value.isEmpty())
                .distinct()
                .collect(Collectors.joining("; "));
    }

    private void commands(StringBuilder text) {
        text.append("| command | begun | load averages | took | targets held | |\n|---|---|---|---|---|---|\n");
        for (BenchRecord record : latest) {
            text.append(String.format(
                    Locale.ROOT,
                    "| `scripts/quern bench %s` | %s | %s | %.0f s | %s | [printed](%s/%s.txt) |%n",
                    record.bench(),
                    record.startedAt(),
                    record.loadAverages(),
                    record.seconds(),
                    record.isFailed()
                            ? "failed"
                            : record.held() + " of " + record.targets().size(),
                    FILES,
                    record.bench()));
        }
        String missing = names.stream().filter(name -> !runs.containsKey(name)).collect(Collectors.joining(", "));
        if (!missing.isEmpty()) {
            text.append("\nWithout a full run: ").append(missing).append(".\n");
        }
    }

    private void targets(StringBuilder text, Predicate<Target> which) {
        text.append("| bench | target | measured | wanted | | before |\n|---|---|---|---|---|---|\n");
        for (BenchRecord record : latest) {
            if (record.isFailed()) {
                text.append(
                        String.format(Locale.ROOT, "| `%s` | %s | | | failed | |%n", record.bench(), record.note()));
            }
            record.targets().stream()
                    .filter(which)
                    .forEach(target -> text.append(String.format(
                            Locale.ROOT,
                            "| `%s` | %s | %s | %s | %s | %s |%n",
                            record.bench(),
                            target.name(),
                            Suite.measured(target),
                            Suite.wanted(target),
                            target.holds() ? Suite.verdict(target) : "**" + Suite.verdict(target) + "**",
                            before(record.bench(), target))));
        }
    }

    /** What the runs before came to, as far as they had this target. */
    private String before(String bench, Target target) {
        Results.FullRuns full = runs.get(bench);
        List<BenchRecord> earlier = full == null ? List.of() : full.earlier();
        double[] measured = earlier.stream()
                .skip(Math.max(0, earlier.size() - EARLIER_MAX))
                .map(BenchRecord::targets)
                .flatMap(Collection::stream)
                .filter(other ->
                        other.name().equals(target.name()) && other.unit().equals(target.unit()))
                .mapToDouble(Target::measured)
                .sorted()
                .toArray();
        return switch (measured.length) {
            case 0 -> "";
            case 1 -> String.format(Locale.ROOT, "%,.2f", measured[0]);
            default ->
                String.format(
                        Locale.ROOT,
                        "%,.2f to %,.2f (%d)",
                        measured[0],
                        measured[measured.length - 1],
                        measured.length);
        };
    }

    private void plots(StringBuilder text) {
        if (latest.stream().allMatch(record -> record.plots().isEmpty())) {
            return;
        }
        text.append("\n### Plots\n");
        for (BenchRecord record : latest) {
            for (String plot : record.plots()) {
                text.append(String.format(Locale.ROOT, "%n`%s`:%n%n![%s](%s/%s)%n", record.bench(), plot, FILES, plot));
            }
        }
    }
}
