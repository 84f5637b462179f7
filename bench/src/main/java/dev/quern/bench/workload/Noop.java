package dev.quern.bench.workload;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Calls of a function that does nothing: what a call costs by itself. One thread. */
public final class Noop implements Workload {
    private static final String FUNCTION = "noop";

    private final byte[] function = FUNCTION.getBytes(StandardCharsets.US_ASCII);
    private final Arguments none = new Arguments(Integer.BYTES);
    private final byte[][] nones;

    /** Each by a request of its own. */
    public Noop() {
        this(1);
    }

    /** So many by each request; more than one takes Quern's own protocol. */
    public Noop(int callsPerRequest) {
        nones = new byte[callsPerRequest][];
        Arrays.fill(nones, none.bytes());
    }

    @Override
    public String describe() {
        return "calls of a function that does nothing"
                + (nones.length == 1 ? "" : ", " + nones.length + " by each request") + "; no records";
    }

    @Override
    public int valueLengthMax() {
        return 0;
    }

    @Override
    public int records() {
        return 0;
    }

    @Override
    public List<StoredFunction> functions() {
        return List.of(StoredFunction.example(FUNCTION, true));
    }

    @Override
    public boolean load(int index, Endpoint endpoint, int slot) {
        throw new IllegalStateException("there are no records to load, but index=" + index);
    }

    @Override
    public int operationsPerRequest() {
        return nones.length;
    }

    @Override
    public void draw(int slot) {
        // All calls are alike.
    }

    @Override
    public boolean send(int slot, Endpoint endpoint) {
        return nones.length == 1
                ? endpoint.call(function, true, none.bytes(), none.length(), slot)
                : endpoint.callAll(function, true, nones, slot);
    }

    @Override
    public boolean take(int slot, Answer answer) {
        if (nones.length > 1) {
            if (answer.length() != nones.length) {
                throw new WrongAnswerException("of " + nones.length + " calls of a function that does nothing, "
                        + answer.length() + " returned 0");
            }
            return true;
        }
        // By RESP nothing is a null, which is what a missing record is, too.
        if (answer.length() != 0) {
            throw new WrongAnswerException("a function that does nothing answered " + answer.length() + " bytes");
        }
        return true;
    }
}
