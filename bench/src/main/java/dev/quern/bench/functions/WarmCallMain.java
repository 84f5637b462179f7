package dev.quern.bench.functions;

import dev.quern.sandbox.FunctionRefusedException;
import java.util.List;

/** A process that measures warm calls by one version, and nothing else: {@code wasm|java full|quick KIND…}. What counts is one kind in a process. */
final class WarmCallMain {
    /** Begins a line that holds a kind and the nanoseconds a call. */
    static final String NANOSECONDS = "nanoseconds ";

    static final String WASM = "wasm";
    static final String JAVA = "java";
    static final String FULL = "full";
    static final String QUICK = "quick";

    private WarmCallMain() {}

    /** Measures and prints. */
    public static void main(String[] arguments) throws FunctionRefusedException {
        boolean java = arguments[0].equals(JAVA);
        boolean quick = arguments[1].equals(QUICK);
        for (String name : List.of(arguments).subList(2, arguments.length)) {
            WarmCall kind = WarmCall.valueOf(name);
            try (FunctionRig rig = new FunctionRig(FunctionRig.config())) {
                Turns turns =
                        new Turns().add(name, kind.prepare(rig, java, quick)).run(quick);
                print(kind, turns.ns(name) / kind.callsEach());
            }
        }
    }

    @SuppressWarnings("SystemOut") // the parent reads it
    private static void print(WarmCall kind, double ns) {
        System.out.println(NANOSECONDS + kind + ' ' + ns);
    }
}
