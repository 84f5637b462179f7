package dev.quern.bench;

import dev.quern.bench.demo.DemoCommand;
import dev.quern.bench.load.LoadCommand;
import dev.quern.bench.simulate.SimulateCommand;
import dev.quern.server.cli.CommandProvider;
import java.util.List;

/** Adds {@code demo}, {@code bench}, {@code load} and {@code simulate} to the one command. */
public final class BenchCommands implements CommandProvider {
    /** For the service loader. */
    public BenchCommands() {}

    @Override
    public List<Object> commands() {
        return List.of(new DemoCommand(), new BenchCommand(), new LoadCommand(), new SimulateCommand());
    }
}
