package dev.quern.sandbox.ticks;

import com.dylibso.chicory.wasm.WasmModule;
import com.dylibso.chicory.wasm.types.AnnotatedInstruction;
import com.dylibso.chicory.wasm.types.Element;
import com.dylibso.chicory.wasm.types.ExternalType;
import com.dylibso.chicory.wasm.types.Instruction;
import com.dylibso.chicory.wasm.types.OpCode;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Which functions of a module call which, and what follows from it: how much work a call may be, and whether calls may nest without a
 * bound. Whatever may be in a table is taken to be called by each indirect call. Strongly connected components by Tarjan's algorithm,
 * without recursion, as a module may be one long chain.
 */
final class CallGraph {
    /** Chains of calls that are longer count as recursion does. */
    private static final int HEIGHT_MAX = 256;

    /** More work than anybody counts. */
    static final int ENDLESS = Body.TICK_EVERY;

    private static final int UNSEEN = -1;

    private final List<List<AnnotatedInstruction>> bodies;
    private final int imports;

    /** The node after the last function stands for the tables: indirect calls call it, and it calls all that may be in them. */
    private final int tables;

    private final int[][] callees;
    private final int[] works;
    private final int[] heights;
    private final BitSet recurring = new BitSet();

    private final int[] order;
    private final int[] lowest;
    private final int[] next;
    private final BitSet onStack = new BitSet();
    private final int[] stack;
    private int stacked;
    private int ordered;

    CallGraph(WasmModule module) {
        imports = module.importSection().count(ExternalType.FUNCTION);
        tables = module.codeSection().functionBodyCount();
        bodies = IntStream.range(0, tables)
                .mapToObj(i -> module.codeSection().getFunctionBody(i).instructions())
                .toList();
        int nodes = tables + 1;
        callees = new int[nodes][];
        for (int i = 0; i < tables; i++) {
            callees[i] = calleesOf(bodies.get(i));
        }
        callees[tables] = inTables(module);
        works = new int[nodes];
        heights = new int[nodes];
        order = new int[nodes];
        Arrays.fill(order, UNSEEN);
        lowest = new int[nodes];
        next = new int[nodes];
        stack = new int[nodes];
        for (int node = 0; node < nodes; node++) {
            if (order[node] == UNSEEN) {
                visit(node);
            }
        }
    }

    private int[] calleesOf(List<AnnotatedInstruction> instructions) {
        BitSet found = new BitSet();
        for (AnnotatedInstruction instruction : instructions) {
            int callee = callee(instruction);
            if (callee >= 0) {
                found.set(callee);
            }
        }
        return found.stream().toArray();
    }

    /** What an instruction calls; below 0 when it calls nothing, or an import. */
    private int callee(AnnotatedInstruction instruction) {
        return switch (instruction.opcode()) {
            case CALL, RETURN_CALL -> (int) instruction.operand(0) - imports;
            case CALL_INDIRECT, CALL_REF, RETURN_CALL_INDIRECT, RETURN_CALL_REF -> tables;
            default -> UNSEEN;
        };
    }

    private int[] inTables(WasmModule module) {
        BitSet found = new BitSet();
        for (List<AnnotatedInstruction> body : bodies) {
            addReferred(body, found);
        }
        for (int i = 0; i < module.elementSection().elementCount(); i++) {
            Element element = module.elementSection().getElement(i);
            element.initializers().forEach(initializer -> addReferred(initializer, found));
        }
        for (int i = 0; i < module.tableSection().tableCount(); i++) {
            addReferred(module.tableSection().getTable(i).initialize(), found);
        }
        for (int i = 0; i < module.globalSection().globalCount(); i++) {
            addReferred(module.globalSection().getGlobal(i).initInstructions(), found);
        }
        return found.stream().toArray();
    }

    private void addReferred(List<? extends Instruction> instructions, BitSet found) {
        for (Instruction instruction : instructions) {
            int own = instruction.opcode() == OpCode.REF_FUNC ? (int) instruction.operand(0) - imports : UNSEEN;
            if (own >= 0) {
                found.set(own);
            }
        }
    }

    /** Numbers what can be called from here, and settles each component when all that it calls is settled. */
    private void visit(int root) {
        int[] way = new int[callees.length];
        int depth = 0;
        way[0] = root;
        open(root);
        while (depth >= 0) {
            int node = way[depth];
            if (next[node] < callees[node].length) {
                int callee = callees[node][next[node]++];
                if (order[callee] == UNSEEN) {
                    open(callee);
                    way[++depth] = callee;
                } else if (onStack.get(callee)) {
                    lowest[node] = Math.min(lowest[node], order[callee]);
                }
            } else {
                depth--;
                if (depth >= 0) {
                    lowest[way[depth]] = Math.min(lowest[way[depth]], lowest[node]);
                }
                if (lowest[node] == order[node]) {
                    close(node);
                }
            }
        }
    }

    private void open(int node) {
        order[node] = ordered;
        lowest[node] = ordered;
        ordered++;
        stack[stacked++] = node;
        onStack.set(node);
    }

    /** The component whose first node this is: all that is on the stack from it on. */
    private void close(int first) {
        int from = stacked;
        do {
            from--;
            onStack.clear(stack[from]);
        } while (stack[from] != first);
        boolean isCycle = stacked - from > 1 || Arrays.binarySearch(callees[first], first) >= 0;
        for (int i = from; i < stacked; i++) {
            if (isCycle) {
                recurring.set(stack[i]);
                works[stack[i]] = ENDLESS;
            } else {
                settle(first);
            }
        }
        stacked = from;
    }

    private void settle(int node) {
        int height = 0;
        int work = 0;
        for (int callee : callees[node]) {
            height = Math.max(height, 1 + heights[callee]);
            work = Math.max(work, works[callee]);
            if (recurring.get(callee)) {
                recurring.set(node);
            }
        }
        heights[node] = height;
        works[node] = node == tables ? work : workOf(bodies.get(node));
        if (height > HEIGHT_MAX) {
            recurring.set(node);
        }
    }

    private int workOf(List<AnnotatedInstruction> instructions) {
        boolean loops = Body.loops(instructions);
        return loops ? ENDLESS : Math.min(ENDLESS, instructions.size() + workOfCalls(instructions));
    }

    private int workOfCalls(List<AnnotatedInstruction> instructions) {
        int work = 0;
        for (int i = 0; i < instructions.size() && work < ENDLESS; i++) {
            work += work(instructions.get(i));
        }
        return work;
    }

    /** How many instructions a call of what this instruction calls may run, at most {@link #ENDLESS}; imports count for nothing. */
    int work(AnnotatedInstruction call) {
        int callee = callee(call);
        return callee < 0 ? 0 : works[callee];
    }

    /** Whether what this instruction calls may nest without a bound. */
    boolean recurs(AnnotatedInstruction call) {
        int callee = callee(call);
        return callee >= 0 && recurring.get(callee);
    }

    /** Whether one of the module's own functions, counted from 0, may nest calls without a bound. */
    boolean recurs(int function) {
        return recurring.get(function);
    }

    /** Whether what this function calls, outside of loops, may be more work than goes without a tick. */
    boolean callsMuch(int function) {
        return workOfCalls(bodies.get(function)) >= ENDLESS;
    }
}
