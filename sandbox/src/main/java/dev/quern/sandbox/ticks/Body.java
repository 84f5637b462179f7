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

    /** Calls from tick to tick, where calls tick. A power of two. */
    private static final int CALLS_EVERY = 64;

    private static final int LOCALS_MAX = 50_000;

    private final ModuleBytes bytes;
    private final List<AnnotatedInstruction> instructions;
    private final Numbers numbers;
    private final int local;
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
     */
    Body(ModuleBytes bytes, List<AnnotatedInstruction> instructions, Numbers numbers, int local) {
        this.bytes = bytes;
        this.instructions = instructions;
        this.numbers = numbers;
        this.local = local;
        weights = weights();
        wraps = instructions.stream().noneMatch(instruction -> isUnusual(instruction.opcode()));
    }

    static boolean loops(List<AnnotatedInstruction> instructions) {
        return instructions.stream().anyMatch(instruction -> instruction.opcode() == OpCode.LOOP);
    }

    static boolean calls(List<AnnotatedInstruction> instructions) {
        return instructions.stream().anyMatch(instruction -> isCall(instruction.opcode()));
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
        return isImport ? IMPORT_CALL : CALL;
    }

    /**
     * The body: its locals and its instructions.
     *
     * @param start where its locals are declared
     * @param atCalls whether a function that has no loop ticks when it calls others
     */
    byte[] written(int start, int end, boolean atCalls) {
        int first = instructions.getFirst().address();
        boolean counts = loops(instructions) && local < LOCALS_MAX;
        bytes.seek(start);
        int declarations = bytes.readInt();
        out.writeBytes(ModuleBytes.number(declarations + (counts ? 1 : 0)));
        out.writeBytes(bytes.part(bytes.position(), first));
        if (counts) {
            out.writeBytes(Code.oneLocal());
            out.writeBytes(beginCount());
        } else if (atCalls && calls(instructions)) {
            out.writeBytes(countCall());
        }
        for (int i = 0; i < instructions.size(); i++) {
            int next = i + 1 < instructions.size() ? instructions.get(i + 1).address() : end;
            write(i, instructions.get(i), next, counts);
        }
        return out.toByteArray();
    }

    private void write(int place, AnnotatedInstruction instruction, int next, boolean counts) {
        OpCode opcode = instruction.opcode();
        if (straight >= TICK_EVERY && opcode != OpCode.END && opcode != OpCode.ELSE) {
            out.writeBytes(new Code().call(numbers.tick()).toBytes());
            straight = 0;
        }
        straight += weight(instruction);
        int address = instruction.address();
        switch (opcode) {
            case LOOP -> loop(place, address, next, counts);
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

    private void loop(int place, int address, int next, boolean counts) {
        if (!counts) {
            copy(address, next);
            open(OpCode.LOOP, false);
            return;
        }
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

    private byte[] beginCount() {
        return new Code()
                .global(numbers.counter())
                .constant(CALL_STRIDE)
                .add()
                .teeLocal(local)
                .setGlobal(numbers.counter())
                .local(local)
                .constant(TICK_EVERY - 1)
                .and()
                .setLocal(local)
                .toBytes();
    }

    private byte[] countCall() {
        return new Code()
                .global(numbers.counter())
                .constant(1)
                .add()
                .setGlobal(numbers.counter())
                .global(numbers.counter())
                .constant(CALLS_EVERY - 1)
                .and()
                .isZero()
                .ifTrue()
                .call(numbers.tick())
                .end()
                .toBytes();
    }
}
