package dev.quern.protocol;

import java.lang.foreign.MemorySegment;

/** Checks what a {@link Opcode#MULTI} holds, for {@link BodyCheck}. */
final class MultiCheck {
    private MultiCheck() {}

    static Verdict request(MemorySegment memory, long body, int length) {
        if (length < MultiLayout.BYTES_MIN) {
            return Verdict.BODY_SHORT;
        }
        int count = MultiLayout.count(memory, body);
        if (count > Limits.MULTI_OPERATIONS_MAX) {
            return Verdict.TOO_MANY;
        }
        long at = MultiLayout.BYTES_MIN;
        for (int i = 0; i < count; i++) {
            if (at + MultiOperationLayout.BYTES_MIN > length) {
                return Verdict.BODY_LENGTHS;
            }
            int bodyLength = MultiOperationLayout.bodyLength(memory, body + at);
            int opcode = MultiOperationLayout.opcode(memory, body + at);
            at += MultiOperationLayout.BYTES_MIN;
            if (bodyLength < 0 || at + bodyLength > length) {
                return Verdict.BODY_LENGTHS;
            }
            Verdict verdict = operation(memory, opcode, body + at, bodyLength);
            if (verdict != Verdict.GOOD) {
                return verdict;
            }
            at += bodyLength;
        }
        return at == length ? Verdict.GOOD : Verdict.BODY_LONG;
    }

    private static Verdict operation(MemorySegment memory, int opcode, long body, int length) {
        return switch (opcode) {
            case Opcode.GET, Opcode.PUT, Opcode.DELETE, Opcode.COMPARE_AND_SET, Opcode.INCREMENT, Opcode.EXPIRE ->
                BodyCheck.request(memory, opcode, body, length);
            case Opcode.CHECK -> BodyCheck.key(length - CheckLayout.BYTES_MIN);
            case Opcode.CHECK_RANGE -> checkRange(memory, body, length);
            default -> Verdict.BAD_FIELD;
        };
    }

    private static Verdict checkRange(MemorySegment memory, long body, int length) {
        if (length < CheckRangeLayout.BYTES_MIN) {
            return Verdict.BODY_SHORT;
        }
        if ((CheckRangeLayout.flags(memory, body) & ~CheckRangeLayout.FLAGS_ALL) != 0
                || CheckRangeLayout.expectedCount(memory, body) < 0) {
            return Verdict.BAD_FIELD;
        }
        int lowLength = CheckRangeLayout.lowLength(memory, body);
        int highLength = CheckRangeLayout.highLength(memory, body);
        if (lowLength > Limits.KEY_BYTES_MAX || highLength > Limits.KEY_BYTES_MAX) {
            return Verdict.BAD_KEY_LENGTH;
        }
        return length == CheckRangeLayout.BYTES_MIN + lowLength + highLength ? Verdict.GOOD : Verdict.BODY_LENGTHS;
    }

    static Verdict reply(MemorySegment memory, long body, int length) {
        if (length < MultiReplyLayout.BYTES_MIN) {
            return Verdict.BODY_SHORT;
        }
        int count = MultiReplyLayout.count(memory, body);
        int failed = MultiReplyLayout.failed(memory, body);
        if (failed != MultiReplyLayout.COMMITTED && failed != count - 1) {
            return Verdict.BAD_FIELD;
        }
        long at = MultiReplyLayout.BYTES_MIN;
        for (int i = 0; i < count; i++) {
            if (at + MultiEntryLayout.BYTES_MIN > length) {
                return Verdict.BODY_LENGTHS;
            }
            int valueLength = MultiEntryLayout.valueLength(memory, body + at);
            if (valueLength < 0) {
                return Verdict.BAD_FIELD;
            }
            at += MultiEntryLayout.BYTES_MIN + (long) valueLength;
            if (at > length) {
                return Verdict.BODY_LENGTHS;
            }
        }
        return at == length ? Verdict.GOOD : Verdict.BODY_LONG;
    }
}
