package dev.quern.sandbox.ticks;

import com.dylibso.chicory.wasm.types.AnnotatedInstruction;
import com.dylibso.chicory.wasm.types.OpCode;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * One function's body, written anew with ticks. A loop that takes nothing from the stack becomes two: the inner one counts in a local how
 * many instructions it runs, and leaves for the outer one when these are enough, which ticks. So the inner one has no call in it that it
 * did not have, and compilers keep in registers what they may. Where code goes on for long without a loop, it ticks on its way.
 */
final class Body {
    /** Instructions between ticks, more or less. A power of two. */
    static final int TICK_EVERY = 1024;

    /** A longer iteration counts as one of so many: of its instructions not all are met. */
    private static final int ITERATION_MAX = 128;

    /** What calls count for: an import does some work, a function of the module's own counts by itself when it loops. */
    private static final int IMPORT_CALL = 64;

    private static final int CALL = 8;

    /** Where a call begins to count differs from call to call by an odd number, so that short loops tick in their turn, too. */
    private static final int CALL_STRIDE = 37;

    /** The same for functions that have no loops: 64 calls from tick to tick, which fall on the first loop of a count. */
    private static final int CALL_STRIDE_STRAIGHT = TICK_EVERY / 64;

    /** So many locals, or instructions, count for one call more where calls count by how deep they nest. */
    private static final int LOCALS_PER_LEVEL = 64;

    private static final int INSTRUCTIONS_PER_LEVEL = 4096;

    private final ModuleBytes bytes;
    private final List<AnnotatedInstruction> instructions;
    private final Numbers numbers;
    private final int local;
    private final CallGraph graph;
    private final int index;
    private final int depthMax;
    private final int levels;
    private final int[] weights;
    private final boolean wraps;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final List<Block> blocks = new ArrayList<>();

    /** The most instructions since a tick, on whichever way the present one is come to. */
    private int straight;

    /** A block, loop or condition that is open. */
    private static final class Block {
        final OpCode kind;
        final boolean isWrapped;
        final int before;
        boolean hasElse;
        int joined;

        Block(OpCode kind, boolean isWrapped, int before) {
            this.kind = kind;
            this.isWrapped = isWrapped;
            this.before = before;
        }

        void join(int straight) {
            joined = Math.max(joined, straight);
        }
    }

    /**
     * @param bytes the module's, from which the body is read
     * @param local the index of the first local that the function does not have
     * @param index which of the module's own functions it is, from 0
     * @param depthMax how deep calls may nest
     */
    Body(
            ModuleBytes bytes,
            List<AnnotatedInstruction> instructions,
            Numbers numbers,
            int local,
            CallGraph graph,
            int index,
            int depthMax) {
        this.bytes = bytes;
        this.instructions = instructions;
        this.numbers = numbers;
        this.local = local;
        this.graph = graph;
        this.index = index;
        this.depthMax = depthMax;
        levels = 1 + local / LOCALS_PER_LEVEL + instructions.size() / INSTRUCTIONS_PER_LEVEL;
        weights = weights();
        wraps = instructions.stream().noneMatch(instruction -> isUnusual(instruction.opcode()));
    }

    static boolean loops(List<AnnotatedInstruction> instructions) {
        return instructions.stream().anyMatch(instruction -> instruction.opcode() == OpCode.LOOP);
    }

    /** Whether it has instructions that take as long as their operands say and are not known to the memory. */
    static boolean moves(List<AnnotatedInstruction> instructions) {
        return instructions.stream().anyMatch(instruction -> isMove(instruction.opcode()));
    }

    private static boolean isCall(OpCode opcode) {
        return switch (opcode) {
            case CALL, CALL_INDIRECT, CALL_REF, RETURN_CALL, RETURN_CALL_INDIRECT, RETURN_CALL_REF -> true;
            default -> false;
        };
    }

    private static boolean isMove(OpCode opcode) {
        return switch (opcode) {
            case TABLE_GROW, TABLE_FILL, TABLE_COPY, TABLE_INIT, MEMORY_INIT -> true;
            default -> false;
        };
    }

    /** What branches in ways of its own. */
    private static boolean isUnusual(OpCode opcode) {
        return switch (opcode) {
            case TRY_TABLE, BR_ON_NULL, BR_ON_NON_NULL, BR_ON_CAST, BR_ON_CAST_FAIL -> true;
            default -> false;
        };
    }

    /** For each loop, by its place, what an iteration counts for. */
    private int[] weights() {
        int[] found = new int[instructions.size()];
        List<Integer> open = new ArrayList<>();
        for (int i = 0; i < found.length; i++) {
            OpCode opcode = instructions.get(i).opcode();
            int innermost = open.isEmpty() ? -1 : open.getLast();
            if (innermost >= 0) {
                found[innermost] = Math.min(ITERATION_MAX, found[innermost] + weight(instructions.get(i)));
            }
            switch (opcode) {
                case LOOP -> {
                    open.add(i);
                    found[i] = 1;
                }
                case BLOCK, IF, TRY_TABLE -> open.add(innermost);
                case END -> {
                    if (!open.isEmpty()) {
                        open.removeLast();
                    }
                }
                default -> {
                    // Opens and closes nothing.
                }
            }
        }
        return found;
    }

    private int weight(AnnotatedInstruction instruction) {
        if (!isCall(instruction.opcode())) {
            return 1;
        }
        boolean isImport = instruction.opcode() == OpCode.CALL && numbers.isImport((int) instruction.operand(0));
        if (isImport) {
            return IMPORT_CALL;
        }
        int work = graph.work(instruction);
        return CALL + (work < CallGraph.ENDLESS ? work : 0);
    }

    /**
     * The body: its locals and its instructions.
     *
     * @param start where its locals are declared
     */
    byte[] written(int start, int end) {
        int first = instructions.getFirst().address();
        boolean loops = loops(instructions);
        boolean callsMuch = graph.callsMuch(index);
        boolean recurs = graph.recurs(index);
        bytes.seek(start);
        int declarations = bytes.readInt();
        int locals = (loops || callsMuch || recurs ? 1 : 0) + (recurs ? 1 : 0);
        out.writeBytes(ModuleBytes.number(declarations + (locals > 0 ? 1 : 0)));
        out.writeBytes(bytes.part(bytes.position(), first));
        if (locals > 0) {
            out.writeBytes(Code.locals(locals));
            int stride = loops ? CALL_STRIDE : CALL_STRIDE_STRAIGHT;
            out.writeBytes(beginCount(stride));
            if (recurs) {
                out.writeBytes(tickOrEndAtCall(stride));
            } else if (callsMuch) {
                out.writeBytes(tickAtCall(stride));
            }
        }
        for (int i = 0; i < instructions.size(); i++) {
            int next = i + 1 < instructions.size() ? instructions.get(i + 1).address() : end;
            write(i, instructions.get(i), next);
        }
        return out.toByteArray();
    }

    private void write(int place, AnnotatedInstruction instruction, int next) {
        OpCode opcode = instruction.opcode();
        if (straight >= TICK_EVERY && opcode != OpCode.END && opcode != OpCode.ELSE) {
            out.writeBytes(new Code().call(numbers.tick()).toBytes());
            straight = 0;
        }
        straight += weight(instruction);
        if (graph.recurs(instruction)) {
            out.writeBytes(sayDepth(opcode));
        }
        int address = instruction.address();
        switch (opcode) {
            case LOOP -> loop(place, address, next);
            case BLOCK, IF -> {
                copy(address, next);
                open(opcode, false);
            }
            case ELSE -> {
                copy(address, next);
                Block block = blocks.getLast();
                block.hasElse = true;
                block.join(straight);
                straight = block.before;
            }
            case END -> {
                copy(address, next);
                close();
            }
            case BR, BR_IF -> branch(opcode, (int) instruction.operand(0));
            case BR_TABLE -> branchTable(address);
            case CALL, RETURN_CALL, REF_FUNC -> {
                out.write(opcode.opcode());
                out.writeBytes(ModuleBytes.number(numbers.moved((int) instruction.operand(0))));
            }
            default -> {
                copy(address, next);
                if (isUnusual(opcode)) {
                    unusual(opcode);
                } else if (isMove(opcode)) {
                    out.writeBytes(new Code().call(numbers.look()).toBytes());
                    straight = 0;
                }
            }
        }
        if (endsItsWay(opcode)) {
            straight = 0;
        }
    }

    private static boolean endsItsWay(OpCode opcode) {
        return switch (opcode) {
            case BR,
                    BR_TABLE,
                    RETURN,
                    UNREACHABLE,
                    RETURN_CALL,
                    RETURN_CALL_INDIRECT,
                    RETURN_CALL_REF,
                    THROW,
                    THROW_REF -> true;
            default -> false;
        };
    }

    private void copy(int from, int to) {
        out.writeBytes(bytes.part(from, to));
    }

    private void open(OpCode kind, boolean isWrapped) {
        blocks.add(new Block(kind, isWrapped, straight));
    }

    private void close() {
        if (blocks.isEmpty()) {
            return; // The function's own end.
        }
        Block block = blocks.removeLast();
        if (block.kind == OpCode.IF && !block.hasElse) {
            block.join(block.before);
        }
        straight = Math.max(straight, block.joined);
        if (block.isWrapped) {
            out.writeBytes(new Code().end().toBytes());
        }
    }

    private void loop(int place, int address, int next) {
        Code count = new Code().local(local).constant(weights[place]).add().teeLocal(local);
        boolean isWrapped = wraps && takesNothing(bytes.byteAt(address + 1));
        if (isWrapped) {
            copy(address, next);
            out.writeBytes(tickIfDue(new Code().local(local)));
            copy(address, next);
            out.writeBytes(count.constant(TICK_EVERY).isAtLeast().branchIf(1).toBytes());
        } else {
            copy(address, next);
            out.writeBytes(tickIfDue(count));
        }
        open(OpCode.LOOP, isWrapped);
    }

    /** Whether a block's type, which begins so, is none or one result: else it is a number of the module's types, with parameters maybe. */
    private static boolean takesNothing(int blockType) {
        return (blockType & 0xC0) == 0x40;
    }

    private byte[] tickIfDue(Code count) {
        return count.constant(TICK_EVERY)
                .isAtLeast()
                .ifTrue()
                .call(numbers.tick())
                .constant(0)
                .setLocal(local)
                .end()
                .toBytes();
    }

    private void branch(OpCode opcode, int depth) {
        out.write(opcode.opcode());
        label(depth);
    }

    private void branchTable(int address) {
        bytes.seek(address + 1);
        int count = bytes.readInt();
        out.write(OpCode.BR_TABLE.opcode());
        out.writeBytes(ModuleBytes.number(count));
        for (int i = 0; i <= count; i++) {
            label(bytes.readInt());
        }
    }

    /** A branch to so many blocks outwards, from where it is now past the loops that are two. */
    private void label(int depth) {
        int deeper = 0;
        for (int i = 0; i < depth && i < blocks.size(); i++) {
            deeper += blocks.get(blocks.size() - 1 - i).isWrapped ? 1 : 0;
        }
        out.writeBytes(ModuleBytes.number(depth + deeper));
        if (depth < blocks.size()) {
            Block target = blocks.get(blocks.size() - 1 - depth);
            if (target.kind != OpCode.LOOP) {
                target.join(straight);
            }
        }
    }

    /** Who knows where this leads; in such functions no loop is wrapped. */
    private void unusual(OpCode opcode) {
        for (Block block : blocks) {
            block.join(TICK_EVERY);
        }
        if (opcode == OpCode.TRY_TABLE) {
            open(opcode, false);
        }
    }

    /** Where the count begins, in the local and in the global that makes it another place for each call. */
    private byte[] beginCount(int stride) {
        return new Code()
                .global(numbers.counter())
                .constant(stride)
                .add()
                .teeLocal(local)
                .setGlobal(numbers.counter())
                .local(local)
                .constant(TICK_EVERY - 1)
                .and()
                .setLocal(local)
                .toBytes();
    }

    /** Once in a round of the global: when it has just begun again. */
    private byte[] tickAtCall(int stride) {
        return new Code()
                .local(local)
                .constant(stride)
                .isLess()
                .ifTrue()
                .call(numbers.tick())
                .end()
                .toBytes();
    }

    /** The same with the depth, which is seldom too great: one branch for both. */
    private byte[] tickOrEndAtCall(int stride) {
        return new Code()
                .global(numbers.depth())
                .teeLocal(local + 1)
                .constant(depthMax)
                .isAtLeast()
                .local(local)
                .constant(stride)
                .isLess()
                .or()
                .ifTrue()
                .local(local + 1)
                .constant(depthMax)
                .isAtLeast()
                .ifTrue()
                .call(numbers.tooDeep())
                .end()
                .call(numbers.tick())
                .end()
                .toBytes();
    }

    /** Tells what is about to be called how deep it is: a tail call takes the place of this one. */
    private byte[] sayDepth(OpCode call) {
        boolean isTail = switch (call) {
            case RETURN_CALL, RETURN_CALL_INDIRECT, RETURN_CALL_REF -> true;
            default -> false;
        };
        Code code = new Code().local(local + 1);
        return (isTail ? code : code.constant(levels).add())
                .setGlobal(numbers.depth())
                .toBytes();
    }
}
