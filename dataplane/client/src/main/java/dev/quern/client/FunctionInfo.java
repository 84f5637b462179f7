package dev.quern.client;

import dev.quern.protocol.FunctionLayout;
import dev.quern.protocol.FunctionTargetLayout;
import dev.quern.protocol.Wire;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A deployed function, as the server has it.
 *
 * @param runtime what runs it now
 * @param headStart whether another runtime, which will be faster, is being made ready to run it
 * @param paused whether calls are refused until it is resumed
 * @param fresh whether each call begins with the module's initial memory, and not with what the last one left
 * @param timeLimit of one call
 * @param memoryPagesMax of 64 KiB each
 * @param moduleLength bytes of the module as deployed
 * @param entries what {@code name.entry} may name
 * @param calls how many calls have ended since it was deployed
 * @param failures how many of them ended otherwise than well
 * @param target what was asked of it and how it did; null when nothing was
 */
public record FunctionInfo(
        String name,
        String runtime,
        boolean headStart,
        boolean readOnly,
        boolean paused,
        boolean fresh,
        Duration timeLimit,
        int memoryPagesMax,
        int moduleLength,
        List<String> entries,
        long calls,
        long failures,
        @Nullable FunctionTarget target) {
    /** Reads a checked {@link FunctionLayout}. */
    static FunctionInfo read(MemorySegment memory, long body) {
        long name = body + FunctionLayout.NAME_OFFSET;
        int nameLength = FunctionLayout.nameLength(memory, body);
        long runtime = name + nameLength;
        int runtimeLength = FunctionLayout.runtimeLength(memory, body);
        int flags = FunctionLayout.flags(memory, body);
        List<String> entries = new ArrayList<>();
        long at = runtime + runtimeLength;
        for (int i = FunctionLayout.entryCount(memory, body); i > 0; i--) {
            int length = Wire.getUnsignedByte(memory, at);
            entries.add(Wire.text(memory, at + 1, length));
            at += 1 + length;
        }
        return new FunctionInfo(
                Wire.text(memory, name, nameLength),
                Wire.text(memory, runtime, runtimeLength),
                (flags & FunctionLayout.FLAG_HEAD_START) != 0,
                (flags & FunctionLayout.FLAG_READ_ONLY) != 0,
                (flags & FunctionLayout.FLAG_PAUSED) != 0,
                (flags & FunctionLayout.FLAG_FRESH) != 0,
                Duration.ofNanos(FunctionLayout.timeLimitUs(memory, body) * 1000),
                FunctionLayout.memoryPagesMax(memory, body),
                FunctionLayout.moduleLength(memory, body),
                List.copyOf(entries),
                FunctionLayout.calls(memory, body),
                FunctionLayout.failures(memory, body),
                (flags & FunctionLayout.FLAG_TARGET) == 0 ? null : target(memory, at));
    }

    private static FunctionTarget target(MemorySegment memory, long at) {
        return new FunctionTarget(
                Duration.ofNanos(FunctionTargetLayout.targetUs(memory, at) * 1000),
                FunctionTargetLayout.met(memory, at),
                FunctionTargetLayout.missed(memory, at));
    }
}
