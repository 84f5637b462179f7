package dev.quern.pushback;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Which arguments of a function are keys of records that it reads, or become some behind a prefix of its own. Thread: a worker's. */
final class ArgumentKeys {
    /** A table, and what stands before the argument in the key. */
    private record Use(Key prefix) {
        Key key(byte[] argument) {
            byte[] bytes = Arrays.copyOf(prefix.bytes(), prefix.bytes().length + argument.length);
            System.arraycopy(argument, 0, bytes, prefix.bytes().length, argument.length);
            return new Key(prefix.table(), bytes);
        }
    }

    /**
     * By position what an argument was used for.
     *
     * @param isOpen whether the last one was used, so that a longer list is likely used to its end
     */
    private record Uses(List<List<Use>> byPosition, boolean isOpen) {}

    private final Map<String, Uses> byFunction = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Uses> eldest) {
            return size() > PushbackLimits.MODULES_MAX;
        }
    };

    /** Adds the records that a call with these arguments will read if it uses them as the one before did. */
    void addTo(Set<Key> guessed, String function, List<byte[]> arguments) {
        Uses uses = byFunction.get(function);
        if (uses == null) {
            return;
        }
        int known = uses.byPosition().size();
        int end = uses.isOpen() ? arguments.size() : Math.min(known, arguments.size());
        for (int i = 0; i < end && guessed.size() <= PushbackLimits.READ_AHEAD_MAX; i++) {
            byte[] argument = arguments.get(i);
            if (isSensible(argument)) {
                uses.byPosition().get(Math.min(i, known - 1)).forEach(use -> guessed.add(use.key(argument)));
            }
        }
    }

    private static boolean isSensible(byte[] argument) {
        return argument.length > 0 && argument.length <= PushbackLimits.GUESSED_KEY_BYTES_MAX;
    }

    /** A call of the function has come to its end, with these arguments, and read these records among others. */
    void learn(String function, List<byte[]> arguments, Collection<Key> reads) {
        int count = Math.min(arguments.size(), PushbackLimits.READ_AHEAD_MAX);
        List<List<Use>> byPosition = new ArrayList<>(count);
        int used = 0;
        for (int i = 0; i < count; i++) {
            List<Use> uses = uses(arguments.get(i), reads);
            byPosition.add(uses);
            used += uses.size();
        }
        if (used == 0) {
            byFunction.remove(function);
        } else {
            boolean isOpen = !byPosition.getLast().isEmpty();
            byFunction.put(function, new Uses(byPosition, isOpen));
        }
    }

    private static List<Use> uses(byte[] argument, Collection<Key> reads) {
        if (!isSensible(argument)) {
            return List.of();
        }
        List<Use> uses = new ArrayList<>(1);
        int looked = 0;
        for (Key key : reads) {
            byte[] bytes = key.bytes();
            int prefix = bytes.length - argument.length;
            if (prefix >= 0 && Arrays.equals(bytes, prefix, bytes.length, argument, 0, argument.length)) {
                uses.add(new Use(new Key(key.table(), Arrays.copyOf(bytes, prefix))));
            }
            if (uses.size() == PushbackLimits.USES_MAX || ++looked > PushbackLimits.READ_AHEAD_MAX) {
                break;
            }
        }
        return uses;
    }
}
