package dev.quern.bench.store;

import java.util.List;

/** The subjects, Quern first. */
enum SubjectKind {
    QUERN("Quern") {
        @Override
        Subject create(int records) {
            return new QuernSubject(records);
        }
    },
    HEAP("ConcurrentHashMap") {
        @Override
        Subject create(int records) {
            return new HeapSubject(records);
        }
    },
    CHRONICLE("Chronicle Map") {
        @Override
        Subject create(int records) {
            return new ChronicleSubject(records);
        }

        @Override
        List<String> jvmOptions() {
            return ChronicleSubject.JVM_OPTIONS;
        }
    },
    OHC("OHC") {
        @Override
        Subject create(int records) {
            return new OhcSubject(records);
        }

        @Override
        List<String> jvmOptions() {
            return OhcSubject.JVM_OPTIONS;
        }
    };

    private final String label;

    SubjectKind(String label) {
        this.label = label;
    }

    abstract Subject create(int records);

    /** For the report. */
    String label() {
        return label;
    }

    /** What its process needs beyond {@code scripts/jvm.options}. */
    List<String> jvmOptions() {
        return List.of();
    }
}
