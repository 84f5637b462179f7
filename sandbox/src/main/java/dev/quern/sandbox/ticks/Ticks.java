package dev.quern.sandbox.ticks;

import com.dylibso.chicory.wasm.Parser;
import com.dylibso.chicory.wasm.WasmModule;
import com.dylibso.chicory.wasm.WasmWriter;
import com.dylibso.chicory.wasm.types.AnnotatedInstruction;
import com.dylibso.chicory.wasm.types.Export;
import com.dylibso.chicory.wasm.types.ExternalType;
import com.dylibso.chicory.wasm.types.FunctionBody;
import com.dylibso.chicory.wasm.types.Instruction;
import com.dylibso.chicory.wasm.types.OpCode;
import com.dylibso.chicory.wasm.types.SectionId;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Puts ticks into a module: calls of an import that it was given, in its loops and in long stretches of code, see {@link Body}. Functions
 * that call others which take long tick, too, once in so many calls, which a global counts; and where calls may nest without a bound,
 * another global says how deep they are, so that they end long before the thread's stack does.
 */
public final class Ticks {
    /** Where the import comes from: a module that no guest may name itself. */
    public static final String MODULE = "quern:core";

    public static final String NAME = "tick";

    /** As {@link #NAME}, for instructions that may have taken long: it is time to look. */
    public static final String LOOK = "look";

    /** What is called, and does not return, when calls nest deeper than they may. */
    public static final String TOO_DEEP = "too_deep";

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
    private final CallGraph graph;
    private final int depthMax;
    private final int tickType;

    /** The module's own functions that are exported by way of one which begins to count how deep calls are: their numbers, in order. */
    private final Map<Integer, Integer> counted = new LinkedHashMap<>();

    private Ticks(byte[] module, WasmModule parsed, CallGraph graph, int depthMax) {
        bytes = new ModuleBytes(module);
        this.parsed = parsed;
        this.graph = graph;
        this.depthMax = depthMax;
        tickType = parsed.typeSection().subTypeCount();
        numbers = new Numbers(
                parsed.importSection().count(ExternalType.FUNCTION),
                parsed.importSection().count(ExternalType.GLOBAL)
                        + parsed.globalSection().globalCount());
        for (int i = 0; i < parsed.exportSection().exportCount(); i++) {
            Export export = parsed.exportSection().getExport(i);
            int own = export.index() - numbers.tick();
            if (export.exportType() == ExternalType.FUNCTION && own >= 0 && graph.recurs(own)) {
                counted.putIfAbsent(own, counted.size());
            }
        }
    }

    /**
     * A module that ticks, or the same one if it can do nothing for long.
     *
     * @param module one that was checked
     * @param depthMax how deep calls may nest; one of a function with very many locals or very much code counts for several
     */
    public static byte[] insert(byte[] module, int depthMax) {
        WasmModule parsed = Parser.parse(module);
        CallGraph graph = new CallGraph(parsed);
        boolean ticks = false;
        for (int i = 0; i < parsed.codeSection().functionBodyCount(); i++) {
            List<AnnotatedInstruction> instructions =
                    parsed.codeSection().getFunctionBody(i).instructions();
            ticks |= instructions.size() >= Body.TICK_EVERY
                    || Body.loops(instructions)
                    || Body.moves(instructions)
                    || graph.callsMuch(i)
                    || graph.recurs(i);
        }
        return ticks ? new Ticks(module, parsed, graph, depthMax).inserted() : module;
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
                case SectionId.IMPORT -> writer.writeSection(SectionId.IMPORT, vector(Numbers.IMPORTS, tickImports()));
                case SectionId.GLOBAL -> writer.writeSection(SectionId.GLOBAL, vector(Numbers.GLOBALS, counters()));
                default -> {
                    // Not ours; and a module with code has types.
                }
            }
        }
    }

    private byte[] changed(int id, int start, int end) {
        return switch (id) {
            case SectionId.TYPE -> withMore(end, 1, Code.voidType());
            case SectionId.IMPORT -> withMore(end, Numbers.IMPORTS, tickImports());
            case SectionId.FUNCTION -> withMore(end, counted.size(), countedTypes());
            case SectionId.GLOBAL -> withMore(end, Numbers.GLOBALS, counters());
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
        writeImport(out, LOOK);
        writeImport(out, TOO_DEEP);
        return out.toByteArray();
    }

    private static byte[] counters() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < Numbers.GLOBALS; i++) {
            out.writeBytes(Code.counterGlobal());
        }
        return out.toByteArray();
    }

    private byte[] countedTypes() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int own : counted.keySet()) {
            WasmWriter.writeVarUInt32(out, parsed.functionSection().getFunctionType(own));
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
                moveExport(position, index);
            }
        }
        return bytes.changed(start, end);
    }

    private void moveExport(int position, int function) {
        Integer place = counted.get(function - numbers.tick());
        if (place == null) {
            move(position, function);
        } else {
            int own = parsed.codeSection().functionBodyCount();
            bytes.replaceNumber(position, numbers.moved(numbers.tick() + own + place));
        }
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
        WasmWriter.writeVarUInt32(out, count + counted.size());
        for (int i = 0; i < count; i++) {
            int length = bytes.readInt();
            int start = bytes.position();
            writeBody(out, body(i, start, start + length));
            bytes.seek(start + length);
        }
        for (int own : counted.keySet()) {
            writeBody(out, beginning(own));
        }
        return out.toByteArray();
    }

    private static void writeBody(ByteArrayOutputStream out, byte[] body) {
        WasmWriter.writeVarUInt32(out, body.length);
        out.writeBytes(body);
    }

    /** Calls a function of the module's own as the first of all. */
    private byte[] beginning(int own) {
        Code code = new Code().constant(0).setGlobal(numbers.depth());
        for (int i = 0; i < parameters(own); i++) {
            code.local(i);
        }
        byte[] instructions =
                code.call(numbers.moved(numbers.tick() + own)).end().toBytes();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(0); // No locals.
        out.writeBytes(instructions);
        return out.toByteArray();
    }

    private int parameters(int own) {
        return parsed.functionSection()
                .getFunctionType(own, parsed.typeSection())
                .params()
                .size();
    }

    private byte[] body(int index, int start, int end) {
        FunctionBody function = parsed.codeSection().getFunctionBody(index);
        int local = parameters(index) + function.localTypes().size();
        return new Body(bytes, function.instructions(), numbers, local, graph, index, depthMax).written(start, end);
    }
}
