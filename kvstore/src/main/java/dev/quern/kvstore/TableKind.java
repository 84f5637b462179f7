package dev.quern.kvstore;

/** In which order a table keeps its records. */
public enum TableKind {
    /** In none: a key is found in about two reads of memory. */
    HASH,

    /** By key, byte by byte unsigned: ranges of keys can be walked both ways, and single keys are found in a few reads more. */
    ORDERED
}
