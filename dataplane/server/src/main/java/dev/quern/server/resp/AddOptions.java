package dev.quern.server.resp;

/** The options of ZADD, and its scores. Thread: one. */
final class AddOptions {
    private boolean absentOnly;
    private boolean presentOnly;
    private boolean greaterOnly;
    private boolean lessOnly;
    private boolean countsChanges;
    private boolean increment;
    private int first;
    private double[] scores = new double[1];

    /** As ZINCRBY does. */
    AddOptions incrementing() {
        increment = true;
        return this;
    }

    /** False when they make no sense; the error is written then. */
    boolean parse(Arguments arguments, ReplyWriter reply) {
        first = 2;
        while (first < arguments.count() && flag(arguments, first)) {
            first++;
        }
        int words = arguments.count() - first;
        if (words == 0 || words % 2 != 0) {
            reply.error(Errors.SYNTAX);
        } else if (absentOnly && presentOnly) {
            reply.error("ERR XX and NX options at the same time are not compatible");
        } else if (absentOnly && (greaterOnly || lessOnly) || greaterOnly && lessOnly) {
            reply.error("ERR GT, LT, and/or NX options at the same time are not compatible");
        } else if (increment && words > 2) {
            reply.error("ERR INCR option supports a single increment-element pair");
        } else {
            return readScores(arguments, words / 2, reply);
        }
        return false;
    }

    private boolean flag(Arguments arguments, int index) {
        if (arguments.is(index, "NX")) {
            absentOnly = true;
        } else if (arguments.is(index, "XX")) {
            presentOnly = true;
        } else if (arguments.is(index, "GT")) {
            greaterOnly = true;
        } else if (arguments.is(index, "LT")) {
            lessOnly = true;
        } else if (arguments.is(index, "CH")) {
            countsChanges = true;
        } else if (arguments.is(index, "INCR")) {
            increment = true;
        } else {
            return false;
        }
        return true;
    }

    private boolean readScores(Arguments arguments, int count, ReplyWriter reply) {
        scores = new double[count];
        for (int pair = 0; pair < count; pair++) {
            int index = first + 2 * pair;
            scores[pair] = Score.parse(arguments.address(index), arguments.length(index));
            if (Double.isNaN(scores[pair])) {
                reply.error(Errors.NOT_A_FLOAT);
                return false;
            }
        }
        return true;
    }

    /** Where the first score stands; the members stand behind their scores. */
    int first() {
        return first;
    }

    /** The score that stands there. */
    double score(int index) {
        return scores[(index - first) / 2];
    }

    /** Whether members that are there are left as they are. */
    boolean isAbsentOnly() {
        return absentOnly;
    }

    /** Whether no member is added. */
    boolean isPresentOnly() {
        return presentOnly;
    }

    boolean isIncrement() {
        return increment;
    }

    boolean countsChanges() {
        return countsChanges;
    }

    /** Whether a member that is there may get this score. */
    boolean changes(double before, double after) {
        return !absentOnly && !(lessOnly && after >= before) && !(greaterOnly && after <= before);
    }
}
