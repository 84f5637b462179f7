package dev.quern.kvstore;

class HashEvictionTest extends EvictionTest {
    HashEvictionTest() {
        super(TableKind.HASH);
    }
}
