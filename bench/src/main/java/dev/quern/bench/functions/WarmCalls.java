package dev.quern.bench.functions;

import dev.quern.bench.BenchContext;
import dev.quern.bench.BenchFailedException;
import dev.quern.bench.TextTable;
import dev.quern.bench.peers.Peer;
import dev.quern.bench.peers.Tools;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What warm calls cost on a core, without any network, beside the same functions in trusted Java. Each version of each kind in processes of
 * its own, in turns: what a JVM compiled before, for other callers, changes what it makes of the next.
 */
final class WarmCalls implements RowGroup {
    private static final double BATCHED_NS_MAX = 30;
    private static final double ALONE_NS_MAX = 80;
    private static final double GET_RATIO_MAX = 1.3;
    private static final int PROCESSES = 3;
    private static final Duration PROCESS_MAX = Duration.ofMinutes(3);

    @Override
    public String heading() {
        return "warm calls on a core, in its processor time: WebAssembly beside trusted Java, a process for each, medians of "
                + PROCESSES;
    }

    @Override
    public void run(BenchContext context) throws InterruptedException {
        Map<WarmCall, List<Double>> wasm = new EnumMap<>(WarmCall.class);
        Map<WarmCall, List<Double>> java = new EnumMap<>(WarmCall.class);
        if (context.quick()) {
            // Starting a process for each would be all that takes time.
            measure(context, List.of(WarmCall.values()), WarmCallMain.WASM, wasm);
            measure(context, List.of(WarmCall.values()), WarmCallMain.JAVA, java);
        } else {
            for (int process = 0; process < PROCESSES; process++) {
                for (WarmCall kind : WarmCall.values()) {
                    measure(context, List.of(kind), WarmCallMain.WASM, wasm);
                    measure(context, List.of(kind), WarmCallMain.JAVA, java);
                }
            }
        }
        TextTable table = new TextTable("call", "wasm ns", "java ns", "ratio");
        for (WarmCall kind : WarmCall.values()) {
            table.row(
                    kind.label(),
                    Turns.figure(median(wasm, kind)),
                    Turns.figure(median(java, kind)),
                    TextTable.ratio(median(wasm, kind) / median(java, kind)));
        }
        context.say(table.text());
        context.atMost("call-noop-batched", median(wasm, WarmCall.NOOP_BATCHED), BATCHED_NS_MAX, " ns");
        context.atMost("call-noop-alone", median(wasm, WarmCall.NOOP_ALONE), ALONE_NS_MAX, " ns");
        context.atMost(
                "get-against-java", median(wasm, WarmCall.GETS) / median(java, WarmCall.GETS), GET_RATIO_MAX, "x");
    }

    private static void measure(
            BenchContext context, List<WarmCall> kinds, String version, Map<WarmCall, List<Double>> into) {
        List<String> arguments =
                new ArrayList<>(List.of(version, context.quick() ? WarmCallMain.QUICK : WarmCallMain.FULL));
        kinds.forEach(kind -> arguments.add(kind.name()));
        List<String> command = Tools.java(List.of(), WarmCallMain.class.getName(), arguments);
        context.command(Peer.shortened(command));
        List<String> figures = Tools.run(command, PROCESS_MAX)
                .lines()
                .filter(line -> line.startsWith(WarmCallMain.NANOSECONDS))
                .toList();
        for (WarmCall kind : kinds) {
            String begin = WarmCallMain.NANOSECONDS + kind + ' ';
            double ns = figures.stream()
                    .filter(line -> line.startsWith(begin))
                    .mapToDouble(line -> Double.parseDouble(line.substring(begin.length())))
                    .findFirst()
                    .orElseThrow(() -> new BenchFailedException("the process did not measure " + kind));
            into.computeIfAbsent(kind, any -> new ArrayList<>()).add(ns);
        }
    }

    private static double median(Map<WarmCall, List<Double>> samples, WarmCall kind) {
        List<Double> sorted =
                samples.getOrDefault(kind, List.of()).stream().sorted().toList();
        return sorted.get(sorted.size() / 2);
    }
}
