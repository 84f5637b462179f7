package dev.quern.bench.functions;

import dev.quern.sandbox.FunctionRefusedException;

/** A process that measures one kind of warm call by one version, and nothing else: {@code KIND wasm|java full|quick}. */
final class WarmCallMain {
    /** Begins the line that holds the nanoseconds a call. */
    static final String NANOSECONDS = "nanoseconds ";

    static final String WASM = "wasm";
    static final String JAVA = "java";
    static final String FULL = "full";
    static final String QUICK = "quick";

    private WarmCallMain() {}

    /** Measures and prints. */
    public static void main(String[] arguments) throws FunctionRefusedException {
        WarmCall kind = WarmCall.valueOf(arguments[0]);
        boolean java = arguments[1].equals(JAVA);
        boolean quick = arguments[2].equals(QUICK);
        try (FunctionRig rig = new FunctionRig(FunctionRig.config())) {
            Turns turns = new Turns()
                    .add(arguments[1], kind.prepare(rig, java, quick))
                    .run(quick);
            print(turns.ns(arguments[1]) / kind.callsEach());
        }
    }

    @SuppressWarnings("SystemOut") // the parent reads it
    private static void print(double ns) {
        System.out.println(NANOSECONDS + ns);
    }
}
