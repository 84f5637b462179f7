package dev.quern.sandbox.ticks;

import com.dylibso.chicory.wasm.Parser;
import com.dylibso.chicory.wasm.WasmModule;
import com.dylibso.chicory.wasm.WasmWriter;
import com.dylibso.chicory.wasm.types.AnnotatedInstruction;
import com.dylibso.chicory.wasm.types.ExternalType;
import com.dylibso.chicory.wasm.types.FunctionBody;
import com.dylibso.chicory.wasm.types.Instruction;
import com.dylibso.chicory.wasm.types.OpCode;
import com.dylibso.chicory.wasm.types.SectionId;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Puts ticks into a module: calls of an import that it was given, in its loops and in long stretches of code, see {@link Body}. Where it
 * is asked for, functions without loops that call others tick, too, once in so many calls, which a global counts.
 */
public final class Ticks {
    /** Where the import comes from: a module that no guest may name itself. */
    public static final String MODULE = "quern:core";

    public static final String NAME = "tick";

    /** As {@link #NAME}, for instructions that may have taken long: it is time to look. */
    public static final String LOOK = "look";

    private static final int HEADER_BYTES = 8;
    private static final byte FUNCTION_KIND = 0;

    /** The order of sections in a module. */
    private static final List<Integer> ORDER = List.of(
            SectionId.TYPE,
            SectionId.IMPORT,
            SectionId.FUNCTION,
            SectionId.TABLE,
            SectionId.MEMORY,
            SectionId.TAG,
            SectionId.GLOBAL,
            SectionId.EXPORT,
            SectionId.START,
            SectionId.ELEMENT,
            SectionId.DATA_COUNT,
            SectionId.CODE,
            SectionId.DATA);

    private final ModuleBytes bytes;
    private final WasmModule parsed;
    private final WasmWriter writer = new WasmWriter();

    private final Numbers numbers;
    private final boolean atCalls;
    private final int tickType;

    private Ticks(byte[] module, WasmModule parsed, boolean atCalls, boolean looks) {
        this.atCalls = atCalls;
        bytes = new ModuleBytes(module);
        this.parsed = parsed;
        tickType = parsed.typeSection().subTypeCount();
        numbers = new Numbers(
                parsed.importSection().count(ExternalType.FUNCTION),
                looks ? 2 : 1,
                parsed.importSection().count(ExternalType.GLOBAL)
                        + parsed.globalSection().globalCount());
    }

    /**
     * A module that ticks, or the same one if it can do nothing for long.
     *
     * @param module one that was checked
     * @param atCalls whether functions tick that call others and have no loop: without, recursion does not
     */
    public static byte[] insert(byte[] module, boolean atCalls) {
        WasmModule parsed = Parser.parse(module);
        boolean ticks = false;
        boolean looks = false;
        for (int i = 0; i < parsed.codeSection().functionBodyCount(); i++) {
            List<AnnotatedInstruction> instructions =
                    parsed.codeSection().getFunctionBody(i).instructions();
            looks |= Body.moves(instructions);
            ticks |= instructions.size() >= Body.TICK_EVERY
                    || Body.loops(instructions)
                    || (atCalls && Body.calls(instructions));
        }
        return ticks || looks ? new Ticks(module, parsed, atCalls, looks).inserted() : module;
    }

    private byte[] inserted() {
        moveTables();
        moveGlobals();
        int written = 0;
        bytes.seek(HEADER_BYTES);
        while (!bytes.isAtEnd()) {
            int id = bytes.readByte();
            int length = bytes.readInt();
            int start = bytes.position();
            int end = start + length;
            // Names and what else debuggers read would no longer fit.
            if (id != SectionId.CUSTOM) {
                int place = ORDER.indexOf(id);
                addMissing(written, place);
                written = place + 1;
                writer.writeSection(id, changed(id, start, end));
            }
            bytes.seek(end);
        }
        addMissing(written, ORDER.size());
        return writer.bytes();
    }

    /** Sections that we add to and that are not there. */
    private void addMissing(int from, int to) {
        for (int place = from; place < to; place++) {
            switch (ORDER.get(place)) {
                case SectionId.IMPORT -> writer.writeSection(SectionId.IMPORT, vector(numbers.added(), tickImports()));
                case SectionId.GLOBAL -> writer.writeSection(SectionId.GLOBAL, vector(1, Code.counterGlobal()));
                default -> {
                    // Not ours; and a module with code has types.
                }
            }
        }
    }

    private byte[] changed(int id, int start, int end) {
        return switch (id) {
            case SectionId.TYPE -> withMore(end, 1, Code.voidType());
            case SectionId.IMPORT -> withMore(end, numbers.added(), tickImports());
            case SectionId.GLOBAL -> withMore(end, 1, Code.counterGlobal());
            case SectionId.EXPORT -> exports(end);
            case SectionId.START -> start(start, end);
            case SectionId.ELEMENT -> elements(end);
            case SectionId.CODE -> code(end);
            default -> bytes.changed(start, end);
        };
    }

    private byte[] tickImports() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        writeImport(out, NAME);
        if (numbers.added() > 1) {
            writeImport(out, LOOK);
        }
        return out.toByteArray();
    }

    private void writeImport(ByteArrayOutputStream out, String name) {
        writeName(out, MODULE);
        writeName(out, name);
        out.write(FUNCTION_KIND);
        WasmWriter.writeVarUInt32(out, tickType);
    }

    private static void writeName(ByteArrayOutputStream out, String name) {
        byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
        WasmWriter.writeVarUInt32(out, utf8.length);
        out.writeBytes(utf8);
    }

    private static byte[] vector(int count, byte[] elements) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(count);
        out.writeBytes(elements);
        return out.toByteArray();
    }

    private byte[] withMore(int end, int more, byte[] elements) {
        int count = bytes.readInt();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        WasmWriter.writeVarUInt32(out, count + more);
        out.writeBytes(bytes.changed(bytes.position(), end));
        out.writeBytes(elements);
        return out.toByteArray();
    }

    /** A function's number, which begins at this position, is another one if it is the module's own. */
    private void move(int position, int function) {
        if (!numbers.isImport(function)) {
            bytes.replaceNumber(position, numbers.moved(function));
        }
    }

    private void move(List<? extends Instruction> instructions) {
        for (Instruction instruction : instructions) {
            switch (instruction.opcode()) {
                case REF_FUNC -> move(instruction.address() + 1, (int) instruction.operand(0));
                default -> {
                    // Names no function.
                }
            }
        }
    }

    private void moveTables() {
        for (int i = 0; i < parsed.tableSection().tableCount(); i++) {
            move(parsed.tableSection().getTable(i).initialize());
        }
    }

    private void moveGlobals() {
        for (int i = 0; i < parsed.globalSection().globalCount(); i++) {
            move(parsed.globalSection().getGlobal(i).initInstructions());
        }
    }

    private byte[] exports(int end) {
        int start = bytes.position();
        int count = bytes.readInt();
        for (int i = 0; i < count; i++) {
            bytes.skip(bytes.readInt());
            int kind = bytes.readByte();
            int position = bytes.position();
            int index = bytes.readInt();
            if (kind == FUNCTION_KIND) {
                move(position, index);
            }
        }
        return bytes.changed(start, end);
    }

    private byte[] start(int start, int end) {
        move(start, bytes.readInt());
        return bytes.changed(start, end);
    }

    private byte[] elements(int end) {
        int start = bytes.position();
        int count = bytes.readInt();
        for (int i = 0; i < count; i++) {
            int flags = bytes.readInt();
            boolean isActive = (flags & 1) == 0;
            boolean hasIndexOrIsDeclared = (flags & 2) != 0;
            boolean hasExpressions = (flags & 4) != 0;
            if (isActive) {
                if (hasIndexOrIsDeclared) {
                    bytes.skipNumber();
                }
                expression();
            }
            if ((flags & 3) != 0) {
                elementType();
            }
            int items = bytes.readInt();
            for (int item = 0; item < items; item++) {
                if (hasExpressions) {
                    expression();
                } else {
                    int position = bytes.position();
                    move(position, bytes.readInt());
                }
            }
        }
        return bytes.changed(start, end);
    }

    private void elementType() {
        int type = bytes.readByte();
        if (type == 0x63 || type == 0x64) {
            bytes.skipNumber(); // A reference to a type of the module's.
        }
    }

    /** Over a constant expression, whose functions move. */
    private void expression() {
        for (int opcode = bytes.readByte(); opcode != OpCode.END.opcode(); opcode = bytes.readByte()) {
            switch (opcode) {
                case 0x41, 0x42, 0x23, 0xD0 -> bytes.skipNumber(); // i32.const, i64.const, global.get, ref.null
                case 0x43 -> bytes.skip(Float.BYTES);
                case 0x44 -> bytes.skip(Double.BYTES);
                case 0x6A, 0x6B, 0x6C, 0x7C, 0x7D, 0x7E -> {
                    // i32 and i64 add, sub and mul: no more bytes.
                }
                case 0xD2 -> {
                    int position = bytes.position();
                    move(position, bytes.readInt());
                }
                default ->
                    throw new IllegalArgumentException(String.format(
                            "opcode 0x%02x in an element's constant expression is not known here", opcode));
            }
        }
    }

    private byte[] code(int end) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(2 * (end - bytes.position()));
        int count = bytes.readInt();
        WasmWriter.writeVarUInt32(out, count);
        for (int i = 0; i < count; i++) {
            int length = bytes.readInt();
            int start = bytes.position();
            byte[] body = body(i, start, start + length);
            WasmWriter.writeVarUInt32(out, body.length);
            out.writeBytes(body);
            bytes.seek(start + length);
        }
        return out.toByteArray();
    }

    private byte[] body(int index, int start, int end) {
        FunctionBody function = parsed.codeSection().getFunctionBody(index);
        int local = parsed.functionSection()
                        .getFunctionType(index, parsed.typeSection())
                        .params()
                        .size()
                + function.localTypes().size();
        return new Body(bytes, function.instructions(), numbers, local).written(start, end, atCalls);
    }
}
