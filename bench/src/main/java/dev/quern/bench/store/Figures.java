package dev.quern.bench.store;

import dev.quern.bench.BenchFailedException;
import dev.quern.bench.Rounds.Samples;
import java.util.Map;
import java.util.TreeMap;

/** What one subject's processes measured, by name; each figure as often as it was measured. */
final class Figures {
    private final String subject;
    private final Map<String, Samples> samples = new TreeMap<>();

    Figures(String subject) {
        this.subject = subject;
    }

    /** Takes a line that a process printed; one that holds no figure is passed over. */
    void accept(String line) {
        String[] words = line.split(" ", -1);
        if (words.length == 3 && words[0].equals(SubjectMain.FIGURE)) {
            samples.computeIfAbsent(words[1], name -> new Samples()).add(Double.parseDouble(words[2]));
        }
    }

    /** The median of all iterations in all processes. */
    double median(String name) {
        return of(name).median();
    }

    Samples of(String name) {
        Samples found = samples.get(name);
        if (found == null) {
            throw new BenchFailedException(
                    subject + " was not measured: figure=" + name + ", there are " + samples.keySet());
        }
        return found;
    }
}
