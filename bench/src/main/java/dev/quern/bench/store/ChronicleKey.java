package dev.quern.bench.store;

/** A key of 16 bytes as Chronicle Map likes them best: an interface for which it generates classes. Public for those. */
public interface ChronicleKey {
    long getSeed();

    void setSeed(long seed);

    long getNumber();

    void setNumber(long number);
}
