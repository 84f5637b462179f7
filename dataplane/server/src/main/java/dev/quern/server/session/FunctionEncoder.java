package dev.quern.server.session;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.protocol.FunctionLayout;
import dev.quern.protocol.FunctionListReplyLayout;
import dev.quern.protocol.FunctionTargetLayout;
import dev.quern.protocol.Wire;
import dev.quern.sandbox.FunctionInfo;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Predicate;

/** Writes what is known of deployed functions. Thread: the core's. */
final class FunctionEncoder implements AutoCloseable {
    private final BodyBuffer buffer = new BodyBuffer();

    void function(FunctionInfo info, boolean isPaused) {
        buffer.clear();
        append(info, isPaused);
    }

    void list(List<FunctionInfo> functions, Predicate<FunctionInfo> isPaused) {
        buffer.clear();
        FunctionListReplyLayout.write(
                NativeMemory.ALL, buffer.append(FunctionListReplyLayout.BYTES_MIN), functions.size());
        for (FunctionInfo info : functions) {
            int lengthAt = buffer.length();
            long ignored = buffer.append(Integer.BYTES);
            append(info, isPaused.test(info));
            Wire.putInt(NativeMemory.ALL, buffer.address() + lengthAt, buffer.length() - lengthAt - Integer.BYTES);
        }
    }

    void lines(List<String> lines) {
        buffer.clear();
        Wire.putInt(NativeMemory.ALL, buffer.append(Integer.BYTES), lines.size());
        for (String line : lines) {
            byte[] text = line.getBytes(StandardCharsets.UTF_8);
            Wire.putInt(NativeMemory.ALL, buffer.append(Integer.BYTES), text.length);
            bytes(text);
        }
    }

    private void append(FunctionInfo info, boolean isPaused) {
        byte[] name = info.manifest().name().getBytes(StandardCharsets.UTF_8);
        byte[] runtime = info.runtime().getBytes(StandardCharsets.UTF_8);
        List<String> entries = info.entries();
        long targetUs = info.manifest().targetP99Us();
        boolean hasTarget = targetUs > 0;
        long body = buffer.append(FunctionLayout.BYTES_MIN);
        FunctionLayout.write(
                NativeMemory.ALL,
                body,
                info.manifest().timeLimitUs(),
                info.manifest().memoryPagesMax(),
                info.moduleBytes(),
                (info.manifest().readOnly() ? FunctionLayout.FLAG_READ_ONLY : 0)
                        | (info.manifest().fresh() ? FunctionLayout.FLAG_FRESH : 0)
                        | (info.nextRuntime().isEmpty() ? 0 : FunctionLayout.FLAG_HEAD_START)
                        | (hasTarget ? FunctionLayout.FLAG_TARGET : 0)
                        | (isPaused ? FunctionLayout.FLAG_PAUSED : 0),
                name.length,
                runtime.length,
                entries.size(),
                info.calls(),
                info.failures());
        bytes(name);
        bytes(runtime);
        for (String entry : entries) {
            byte[] text = entry.getBytes(StandardCharsets.UTF_8);
            NativeMemory.putByte(buffer.append(Byte.BYTES), (byte) text.length);
            bytes(text);
        }
        if (hasTarget) {
            FunctionTargetLayout.write(
                    NativeMemory.ALL,
                    buffer.append(FunctionTargetLayout.BYTES),
                    targetUs,
                    info.targetMet(),
                    info.targetMissed());
        }
    }

    private void bytes(byte[] source) {
        NativeMemory.copyFromArray(source, 0, buffer.append(source.length), source.length);
    }

    long address() {
        return buffer.address();
    }

    int length() {
        return buffer.length();
    }

    @Override
    public void close() {
        buffer.close();
    }
}
