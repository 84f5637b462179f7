package dev.quern.kvstore;

import dev.quern.ffi.linux.NativeMemory;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What a tenant's records have that are more than bytes: hashes, sorted sets and the like, made by who writes them ({@link
 * Transaction#putStructured}). Such a record's value begins with a word of 8 bytes, little-endian: its kind in the lowest byte, in the
 * others the id of its elements, or 0 when the record holds all there is. Elements are records of a hidden ordered table, whose keys begin
 * with the id, big-endian; so those of one structure lie together. It has no name, no client reaches it, its memory counts as the tenant's.
 *
 * <p>A structure ends when its record goes or another one, of another id, takes its place: deleted, written over, expired, evicted, cleared.
 * Its elements are then taken away in small steps ({@link StoreCore#maintain}). For that to be sound, elements are written only in
 * transactions that write the record, too, and no id is used twice.
 *
 * <p>Safe on any thread.
 */
public final class Structures {
    /** Of the word with which the value begins. */
    public static final int KIND_BITS = 8;

    public static final int WORD_BYTES = Long.BYTES;

    /** Of an element's key: the structure's id. */
    public static final int ID_BYTES = Long.BYTES;

    /** No table that can be made has this name. */
    private static final String ELEMENTS = "(elements)";

    private final Tenant tenant;
    private final AtomicLong lastId = new AtomicLong();
    private volatile @Nullable Table elements;

    Structures(Tenant tenant) {
        this.tenant = tenant;
    }

    /** An id that no structure of this tenant had before. */
    public long newId() {
        return lastId.incrementAndGet();
    }

    /** The table of the elements; null while there has been none. */
    public @Nullable Table elements() {
        return elements;
    }

    /**
     * The table of the elements, made at first need.
     *
     * @throws StoreException when there is no memory for it
     */
    public Table elementsToWrite() {
        Table there = elements;
        return there != null ? there : create();
    }

    private synchronized Table create() {
        Table there = elements;
        if (there != null) {
            return there;
        }
        try {
            // Refuses when the tenant is full: a structure that loses some of its elements is broken, so it goes as a
            // whole or not at all.
            Table created = new Table(
                    tenant, Limits.TABLES_MAX, ELEMENTS, TableConfig.defaults().withKind(TableKind.ORDERED));
            elements = created;
            return created;
        } catch (IOException refused) {
            throw new StoreException("no memory for elements of " + tenant + ": " + refused.getMessage(), refused);
        }
    }

    /** A structured record's word. */
    public static long word(long record) {
        return NativeMemory.getLong(Record.valueAddress(record));
    }

    /** After a structured record was replaced; by {@link Record#NONE} when it is gone. */
    void replaced(long old, long record) {
        long id = idOf(old);
        if (id != idOf(record)) {
            end(id);
        }
    }

    /** No record has this structure any more; 0 is for none. */
    void end(long id) {
        Table its = elements;
        if (id != 0 && its != null) {
            tenant.store().sweeper().end(its, id);
        }
    }

    /** Of a record's elements; 0 when it has none, and for no record. */
    static long idOf(long record) {
        return record != Record.NONE && Record.isStructured(record) && Record.valueLength(record) >= WORD_BYTES
                ? word(record) >>> KIND_BITS
                : 0;
    }

    void close() {
        Table its = elements;
        if (its != null) {
            its.close();
        }
    }
}
