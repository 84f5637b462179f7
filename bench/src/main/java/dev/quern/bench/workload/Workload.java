package dev.quern.bench.workload;

import java.util.List;

/** What a generator asks, slot by slot; a slot has one operation under way at a time. One thread: the generator's. Allocates nothing. */
public interface Workload {
    /** In one line, for a report. */
    String describe();

    /** The longest value or reply, in bytes. */
    int valueLengthMax();

    /** What must be deployed before. */
    default List<StoredFunction> functions() {
        return List.of();
    }

    /** Tables in the order of their keys that must be there before. */
    default List<String> orderedTables() {
        return List.of();
    }

    /** What must be put there before, one request each. */
    int records();

    /** Makes one of the {@link #records}; as {@link Endpoint#put}. Its answer is not for {@link #take}. */
    boolean load(int index, Endpoint endpoint, int slot);

    /** How many operations a request makes: they are asked for together, and answered together. */
    default int operationsPerRequest() {
        return 1;
    }

    /** Chooses a slot's next operation. */
    void draw(int slot);

    /** Sends what the slot is at; false when the endpoint has no room, to be tried again. */
    boolean send(int slot, Endpoint endpoint);

    /**
     * Takes the answer to what was sent.
     *
     * @return whether the operation is at its end; if not, it is to be sent on
     * @throws WrongAnswerException when it is not what the record must be
     */
    boolean take(int slot, Answer answer);
}
