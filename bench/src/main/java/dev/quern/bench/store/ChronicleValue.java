package dev.quern.bench.store;

import net.openhft.chronicle.values.Array;

/** A value of 100 bytes; see {@link ChronicleKey}. */
public interface ChronicleValue {
    long getWordAt(int index);

    @Array(length = Entry.WORDS)
    void setWordAt(int index, long word);

    int getTail();

    void setTail(int tail);
}
