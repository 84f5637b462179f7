package dev.quern.protocol;

import java.lang.foreign.MemorySegment;

/** Checks what an {@link Opcode#INVOKE_ALL} holds, for {@link BodyCheck}. */
final class InvokeAllCheck {
    private InvokeAllCheck() {}

    static Verdict request(MemorySegment memory, long body, int length) {
        if (length < InvokeAllLayout.BYTES_MIN) {
            return Verdict.BODY_SHORT;
        }
        if (InvokeAllLayout.flags(memory, body) > InvokeAllLayout.FLAGS_ALL) {
            return Verdict.BAD_FIELD;
        }
        int nameLength = InvokeAllLayout.nameLength(memory, body);
        if (nameLength < 1 || nameLength > Limits.FUNCTION_NAME_BYTES_MAX) {
            return Verdict.BAD_NAME;
        }
        int count = InvokeAllLayout.count(memory, body);
        if (count > Limits.INVOKE_ALL_CALLS_MAX) {
            return Verdict.TOO_MANY;
        }
        if (count < 1) {
            return Verdict.BAD_FIELD;
        }
        long at = (long) InvokeAllLayout.BYTES_MIN + nameLength;
        for (int i = 0; i < count; i++) {
            if (at + Integer.BYTES > length) {
                return Verdict.BODY_LENGTHS;
            }
            int listLength = Wire.getInt(memory, body + at);
            at += Integer.BYTES;
            if (listLength < 0 || at + listLength > length) {
                return Verdict.BODY_LENGTHS;
            }
            Verdict verdict = BodyCheck.arguments(memory, body + at, listLength);
            if (verdict != Verdict.GOOD) {
                return verdict;
            }
            at += listLength;
        }
        return at == length ? Verdict.GOOD : Verdict.BODY_LONG;
    }

    static Verdict reply(MemorySegment memory, long body, int length) {
        if (length < InvokeAllReplyLayout.BYTES_MIN) {
            return Verdict.BODY_SHORT;
        }
        int count = InvokeAllReplyLayout.count(memory, body);
        long at = InvokeAllReplyLayout.BYTES_MIN;
        for (int i = 0; i < count; i++) {
            if (at + InvokeAllEntryLayout.BYTES_MIN > length) {
                return Verdict.BODY_LENGTHS;
            }
            int replyLength = InvokeAllEntryLayout.replyLength(memory, body + at);
            at += InvokeAllEntryLayout.BYTES_MIN;
            if (replyLength < 0 || at + replyLength > length) {
                return Verdict.BODY_LENGTHS;
            }
            at += replyLength;
        }
        return at == length ? Verdict.GOOD : Verdict.BODY_LONG;
    }
}
