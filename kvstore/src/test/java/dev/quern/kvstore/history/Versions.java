package dev.quern.kvstore.history;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The writes of one key in the order of their versions. */
final class Versions {
    /** One write and who did it. */
    record Write(int operation, Access access) {
        boolean leavesNothing() {
            return access.kind() == Access.Kind.DELETE;
        }
    }

    private final List<Write> writes = new ArrayList<>();
    private final Map<Long, Integer> places = new HashMap<>();

    void add(int operation, Access access) {
        writes.add(new Write(operation, access));
    }

    /** Once all are added: what is wrong with the writes by themselves, or null. */
    @Nullable
    String order() {
        writes.sort(Comparator.comparingLong(write -> write.access.version()));
        long value = 0;
        boolean isThere = false;
        for (int place = 0; place < writes.size(); place++) {
            Access access = writes.get(place).access;
            if (places.put(access.version(), place) != null) {
                return "two writes with one version: " + access;
            }
            long before = isThere ? value : 0;
            if (access.kind() == Access.Kind.INCREMENT && access.value() != before + 1) {
                return "lost update: " + access + " follows " + before;
            }
            if (access.kind() == Access.Kind.DELETE && !isThere) {
                return "deletion of nothing: " + access;
            }
            value = access.value();
            isThere = access.kind() != Access.Kind.DELETE;
        }
        return null;
    }

    int count() {
        return writes.size();
    }

    Write at(int place) {
        return writes.get(place);
    }

    /** The place of the write that a read found, or below 0 when nobody wrote that. */
    int placeOf(Access read) {
        Integer place = places.get(read.version());
        if (place == null) {
            return -1;
        }
        Access written = writes.get(place).access;
        boolean isSame = written.kind() != Access.Kind.DELETE && written.value() == read.value();
        return isSame ? place : -1;
    }
}
