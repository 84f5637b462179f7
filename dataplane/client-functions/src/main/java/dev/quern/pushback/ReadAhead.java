package dev.quern.pushback;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;

/**
 * Guesses which records a call will read, by what earlier calls of its function read, so that one request brings them along with a record
 * that it asks for. A guess costs the server a look at a record; what the call makes of it is checked by the commit like any other read.
 * Thread: a worker's.
 */
final class ReadAhead {
    private final Trails trails = new Trails();
    private final ArgumentKeys argumentKeys = new ArgumentKeys();
    private final Set<Key> heads = new LinkedHashSet<>();
    private String function = "";
    private List<byte[]> arguments = List.of();

    /** Another call begins. */
    void begin(String called, List<byte[]> itsArguments) {
        function = called;
        arguments = itsArguments;
        heads.clear();
    }

    /** What to ask for with a record that has to be asked for; it is the first of them. */
    List<Key> with(Key asked, Map<Key, ?> known, Map<Key, ?> fetched) {
        boolean isFirst = heads.isEmpty();
        heads.add(asked);
        Set<Key> guessed = new LinkedHashSet<>();
        if (isFirst) {
            argumentKeys.addTo(guessed, function, arguments);
        }
        trails.addTo(guessed, function, asked);
        List<Key> wanted = new ArrayList<>();
        wanted.add(asked);
        for (Key key : guessed) {
            if (wanted.size() > PushbackLimits.READ_AHEAD_MAX) {
                break;
            }
            if (!key.equals(asked) && !known.containsKey(key) && !fetched.containsKey(key)) {
                wanted.add(key);
            }
        }
        return wanted;
    }

    /**
     * The call has come to its end.
     *
     * @param valueLengths of all that it read, in the order in which it first did
     */
    void learn(SequencedMap<Key, Integer> valueLengths) {
        if (valueLengths.size() < 2 && heads.size() < 2) {
            return; // Nothing came after anything.
        }
        List<Key> inOrder = new ArrayList<>();
        valueLengths.forEach((key, length) -> {
            if (length <= PushbackLimits.GUESSED_VALUE_BYTES_MAX
                    && key.bytes().length <= PushbackLimits.GUESSED_KEY_BYTES_MAX) {
                inOrder.add(key);
            }
        });
        trails.learn(function, valueLengths.keySet(), inOrder, heads);
        argumentKeys.learn(function, arguments, inOrder);
    }
}
