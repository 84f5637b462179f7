package dev.quern.server.cli;

import java.util.List;

/** Adds commands to {@code quern}; found by {@link java.util.ServiceLoader}. */
public interface CommandProvider {
    /** Objects that picocli takes for commands: each annotated with {@code @Command} and callable. */
    List<Object> commands();
}
