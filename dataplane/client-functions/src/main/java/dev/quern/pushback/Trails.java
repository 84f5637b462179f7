package dev.quern.pushback;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which records calls of a function went on to read after one that they had to ask for. Thread: a worker's. */
final class Trails {
    /** Neither believed nor given up after one call that went another way. */
    private static final int SCORE_MAX = 2;

    private static final int SCORE_MIN = -2;
    private static final int SCORE_NEW = 1;

    private record Head(String function, Key key) {}

    private record Trail(List<Key> keys, int score) {}

    private final Map<Head, Trail> trails = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Head, Trail> eldest) {
            return size() > PushbackLimits.TRAILS_MAX;
        }
    };

    /** Adds what calls of the function read after this record, unless they read something else each time. */
    void addTo(Set<Key> guessed, String function, Key key) {
        Trail known = trails.get(new Head(function, key));
        if (known != null && known.score() > 0) {
            guessed.addAll(known.keys());
        }
    }

    /**
     * A call of the function has come to its end.
     *
     * @param reads all records that it read
     * @param inOrder those of them that may be guessed, in the order in which it first read them
     * @param heads those that it had to ask for
     */
    void learn(String function, Set<Key> reads, List<Key> inOrder, Set<Key> heads) {
        for (int i = 0; i < inOrder.size(); i++) {
            Key key = inOrder.get(i);
            if (heads.contains(key)) {
                Head head = new Head(function, key);
                Trail known = trails.get(head);
                int end = Math.min(inOrder.size(), i + 1 + PushbackLimits.READ_AHEAD_MAX);
                if (known != null || end > i + 1) {
                    trails.put(head, new Trail(new ArrayList<>(inOrder.subList(i + 1, end)), score(known, reads)));
                }
            }
        }
    }

    private static int score(@Nullable Trail known, Set<Key> reads) {
        if (known == null) {
            return SCORE_NEW;
        }
        int hits = 0;
        for (Key key : known.keys()) {
            hits += reads.contains(key) ? 1 : 0;
        }
        return 2 * hits >= known.keys().size()
                ? Math.min(SCORE_MAX, known.score() + 1)
                : Math.max(SCORE_MIN, known.score() - 1);
    }
}
