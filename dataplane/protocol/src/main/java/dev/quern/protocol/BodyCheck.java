package dev.quern.protocol;

import java.lang.foreign.MemorySegment;

/**
 * Checks a body against its opcode before anything in it is believed. Reads nothing outside {@code [body, body + length)}; allocates
 * nothing; any thread. {@link MessageCursor#checkBody} calls it for a message in a datagram; call it oneself for a body put together
 * from parts.
 */
public final class BodyCheck {
    private BodyCheck() {}

    /** The verdict on what a client sent. */
    public static Verdict request(MemorySegment memory, int opcode, long body, int length) {
        return switch (opcode) {
            case Opcode.GET, Opcode.DELETE, Opcode.TIME_TO_LIVE -> key(length);
            case Opcode.PUT -> put(memory, body, length);
            case Opcode.COMPARE_AND_SET -> compareAndSet(memory, body, length);
            case Opcode.INCREMENT -> key(length - IncrementLayout.BYTES_MIN);
            case Opcode.EXPIRE -> expire(memory, body, length);
            case Opcode.MULTI_GET -> multiGet(memory, body, length);
            case Opcode.SCAN -> scan(memory, body, length);
            case Opcode.RANGE -> range(memory, body, length);
            case Opcode.MULTI -> MultiCheck.request(memory, body, length);
            case Opcode.TABLE_OPEN -> tableOpen(memory, body, length);
            case Opcode.INVOKE -> invoke(memory, body, length);
            case Opcode.INVOKE_ALL -> InvokeAllCheck.request(memory, body, length);
            case Opcode.DEPLOY -> deploy(memory, body, length);
            case Opcode.FUNCTION_DESCRIBE, Opcode.FUNCTION_REMOVE, Opcode.FUNCTION_PAUSE, Opcode.FUNCTION_RESUME ->
                name(length, Limits.FUNCTION_NAME_BYTES_MAX);
            case Opcode.FUNCTION_FETCH ->
                length < FunctionFetchLayout.BYTES_MIN
                        ? Verdict.BODY_SHORT
                        : name(length - FunctionFetchLayout.BYTES_MIN, Limits.FUNCTION_NAME_BYTES_MAX);
            case Opcode.FUNCTION_LIST, Opcode.FUNCTION_LOG, Opcode.CLOSE -> exactly(length, 0);
            case Opcode.PING, Opcode.STATS -> length <= Limits.ERROR_BYTES_MAX ? Verdict.GOOD : Verdict.BODY_LONG;
            case Opcode.ROLE -> role(memory, body, length);
            case Opcode.PART -> part(memory, body, length, true);
            case Opcode.FETCH -> fetch(memory, body, length);
            case Opcode.HELLO ->
                tenant(memory, body, length, HelloLayout.TENANT_LENGTH_OFFSET, HelloLayout.DATAGRAM_BYTES_MAX_OFFSET);
            case Opcode.OPEN ->
                tenant(memory, body, length, OpenLayout.TENANT_LENGTH_OFFSET, OpenLayout.DATAGRAM_BYTES_MAX_OFFSET);
            default -> Verdict.UNKNOWN_OPCODE;
        };
    }

    /** The verdict on what a server sent. */
    public static Verdict reply(MemorySegment memory, int opcode, int status, long body, int length) {
        if (opcode == Opcode.REFUSED) {
            return length < RefusedLayout.BYTES_MIN || status == Status.OK ? Verdict.BODY_SHORT : Verdict.GOOD;
        }
        if (!Status.hasBody(status)) {
            return Verdict.GOOD;
        }
        if (status == Status.PUSHED_BACK) {
            return opcode == Opcode.INVOKE ? exactly(length, PushbackLayout.BYTES) : Verdict.BAD_FIELD;
        }
        return switch (opcode) {
            case Opcode.CHALLENGE -> exactly(length, ChallengeLayout.BYTES);
            case Opcode.OPENED -> opened(memory, body, length);
            case Opcode.GET -> atLeast(length, ValueReplyLayout.BYTES_MIN);
            case Opcode.PUT, Opcode.COMPARE_AND_SET -> exactly(length, WrittenReplyLayout.BYTES);
            case Opcode.INCREMENT -> exactly(length, IncrementReplyLayout.BYTES);
            case Opcode.TIME_TO_LIVE -> exactly(length, TimeToLiveReplyLayout.BYTES);
            case Opcode.DELETE,
                    Opcode.EXPIRE,
                    Opcode.CLOSE,
                    Opcode.ROLE,
                    Opcode.FUNCTION_REMOVE,
                    Opcode.FUNCTION_PAUSE,
                    Opcode.FUNCTION_RESUME -> exactly(length, 0);
            case Opcode.MULTI_GET -> multiGetReply(memory, body, length);
            case Opcode.SCAN, Opcode.RANGE -> scanReply(memory, body, length);
            case Opcode.MULTI -> MultiCheck.reply(memory, body, length);
            case Opcode.TABLE_OPEN -> exactly(length, TableOpenReplyLayout.BYTES);
            case Opcode.INVOKE -> atLeast(length, InvokeReplyLayout.BYTES_MIN);
            case Opcode.INVOKE_ALL -> InvokeAllCheck.reply(memory, body, length);
            case Opcode.DEPLOY, Opcode.FUNCTION_DESCRIBE -> function(memory, body, length);
            case Opcode.FUNCTION_LIST -> functionList(memory, body, length);
            case Opcode.FUNCTION_LOG -> arguments(memory, body, length);
            case Opcode.FUNCTION_FETCH -> functionModule(memory, body, length);
            case Opcode.PING, Opcode.STATS -> Verdict.GOOD;
            case Opcode.PART -> exactly(length, PartReplyLayout.BYTES);
            case Opcode.FETCH -> part(memory, body, length, false);
            default -> Verdict.UNKNOWN_OPCODE;
        };
    }

    private static Verdict exactly(int length, int wanted) {
        return length == wanted ? Verdict.GOOD : length < wanted ? Verdict.BODY_SHORT : Verdict.BODY_LONG;
    }

    private static Verdict atLeast(int length, int wanted) {
        return length >= wanted ? Verdict.GOOD : Verdict.BODY_SHORT;
    }

    static Verdict key(int length) {
        return length >= 1 && length <= Limits.KEY_BYTES_MAX ? Verdict.GOOD : Verdict.BAD_KEY_LENGTH;
    }

    private static Verdict name(int length, int lengthMax) {
        return length >= 1 && length <= lengthMax ? Verdict.GOOD : Verdict.BAD_NAME;
    }

    private static Verdict keyAndValue(int keyLength, int rest) {
        if (key(keyLength) != Verdict.GOOD) {
            return Verdict.BAD_KEY_LENGTH;
        }
        if (keyLength > rest) {
            return Verdict.BODY_LENGTHS;
        }
        return rest - keyLength <= Limits.VALUE_BYTES_MAX ? Verdict.GOOD : Verdict.VALUE_LONG;
    }

    private static Verdict put(MemorySegment memory, long body, int length) {
        if (length < PutLayout.BYTES_MIN) {
            return Verdict.BODY_SHORT;
        }
        int conditions = PutLayout.conditions(memory, body);
        if ((conditions & ~PutLayout.CONDITIONS_ALL) != 0
                || conditions == PutLayout.CONDITIONS_ALL
                || PutLayout.ttlMs(memory, body) < PutLayout.TTL_KEEP) {
            return Verdict.BAD_FIELD;
        }
        return keyAndValue(PutLayout.keyLength(memory, body), length - PutLayout.BYTES_MIN);
    }

    private static Verdict compareAndSet(MemorySegment memory, long body, int length) {
        if (length < CompareAndSetLayout.BYTES_MIN) {
            return Verdict.BODY_SHORT;
        }
        if (CompareAndSetLayout.ttlMs(memory, body) < PutLayout.TTL_NONE) {
            return Verdict.BAD_FIELD;
        }
        return keyAndValue(CompareAndSetLayout.keyLength(memory, body), length - CompareAndSetLayout.BYTES_MIN);
    }

    private static Verdict expire(MemorySegment memory, long body, int length) {
        if (length < ExpireLayout.BYTES_MIN) {
            return Verdict.BODY_SHORT;
        }
        return ExpireLayout.ttlMs(memory, body) < 0 ? Verdict.BAD_FIELD : key(length - ExpireLayout.BYTES_MIN);
    }

    private static Verdict multiGet(MemorySegment memory, long body, int length) {
        if (length < MultiGetLayout.BYTES_MIN) {
            return Verdict.BODY_SHORT;
        }
        int count = MultiGetLayout.count(memory, body);
        if (count > Limits.MULTI_GET_KEYS_MAX) {
            return Verdict.TOO_MANY;
        }
        long at = MultiGetLayout.BYTES_MIN;
        for (int i = 0; i < count; i++) {
            if (at + Short.BYTES > length) {
                return Verdict.BODY_LENGTHS;
            }
            int keyLength = Wire.getUnsignedShort(memory, body + at);
            at += Short.BYTES + keyLength;
            if (at > length) {
                return Verdict.BODY_LENGTHS;
            }
            if (key(keyLength) != Verdict.GOOD) {
                return Verdict.BAD_KEY_LENGTH;
            }
        }
        return at == length ? Verdict.GOOD : Verdict.BODY_LONG;
    }

    private static Verdict scan(MemorySegment memory, long body, int length) {
        if (length != ScanLayout.BYTES) {
            return exactly(length, ScanLayout.BYTES);
        }
        int recordsMax = ScanLayout.recordsMax(memory, body);
        return recordsMax < 1
                        || recordsMax > Limits.SCAN_RECORDS_MAX
                        || ScanLayout.flags(memory, body) > ScanLayout.FLAG_VALUES
                ? Verdict.BAD_FIELD
                : Verdict.GOOD;
    }

    private static Verdict range(MemorySegment memory, long body, int length) {
        if (length < RangeLayout.BYTES_MIN) {
            return Verdict.BODY_SHORT;
        }
        int recordsMax = RangeLayout.recordsMax(memory, body);
        if (recordsMax < 1
                || recordsMax > Limits.SCAN_RECORDS_MAX
                || RangeLayout.flags(memory, body) > RangeLayout.FLAGS_ALL) {
            return Verdict.BAD_FIELD;
        }
        int lowLength = RangeLayout.lowLength(memory, body);
        int highLength = RangeLayout.highLength(memory, body);
        if (lowLength > Limits.KEY_BYTES_MAX || highLength > Limits.KEY_BYTES_MAX) {
            return Verdict.BAD_KEY_LENGTH;
        }
        return exactly(length, RangeLayout.BYTES_MIN + lowLength + highLength);
    }

    private static Verdict role(MemorySegment memory, long body, int length) {
        if (length < RoleLayout.BYTES_MIN) {
            return Verdict.BODY_SHORT;
        }
        int role = RoleLayout.role(memory, body);
        if (role > RoleLayout.DEDICATED) {
            return Verdict.BAD_FIELD;
        }
        return role == RoleLayout.DEDICATED
                ? name(length - RoleLayout.BYTES_MIN, Limits.TENANT_NAME_BYTES_MAX)
                : exactly(length, RoleLayout.BYTES_MIN);
    }

    private static Verdict tableOpen(MemorySegment memory, long body, int length) {
        if (length < TableOpenLayout.BYTES_MIN) {
            return Verdict.BODY_SHORT;
        }
        return (TableOpenLayout.flags(memory, body) & ~TableOpenLayout.FLAGS) != 0
                ? Verdict.BAD_FIELD
                : name(length - TableOpenLayout.BYTES_MIN, Limits.TABLE_NAME_BYTES_MAX);
    }

    private static Verdict invoke(MemorySegment memory, long body, int length) {
        if (length < InvokeLayout.BYTES_MIN) {
            return Verdict.BODY_SHORT;
        }
        if (InvokeLayout.flags(memory, body) > InvokeLayout.FLAGS_ALL) {
            return Verdict.BAD_FIELD;
        }
        int nameLength = InvokeLayout.nameLength(memory, body);
        if (name(nameLength, Limits.FUNCTION_NAME_BYTES_MAX) != Verdict.GOOD) {
            return Verdict.BAD_NAME;
        }
        int arguments = InvokeLayout.BYTES_MIN + nameLength;
        int end = length - InvokeLayout.figuresBytes(InvokeLayout.flags(memory, body));
        return arguments > end ? Verdict.BODY_LENGTHS : arguments(memory, body + arguments, end - arguments);
    }

    /** An argument list: a u32 count, then each argument behind its length as a u32, and nothing behind the last. */
    public static Verdict arguments(MemorySegment memory, long list, int length) {
        if (length < Integer.BYTES) {
            return Verdict.BODY_LENGTHS;
        }
        int count = Wire.getInt(memory, list);
        if (count < 0 || count > Limits.ARGUMENTS_MAX) {
            return Verdict.TOO_MANY;
        }
        long at = Integer.BYTES;
        for (int i = 0; i < count; i++) {
            if (at + Integer.BYTES > length) {
                return Verdict.BODY_LENGTHS;
            }
            at += Integer.BYTES + Integer.toUnsignedLong(Wire.getInt(memory, list + at));
            if (at > length) {
                return Verdict.BODY_LENGTHS;
            }
        }
        return at == length ? Verdict.GOOD : Verdict.BODY_LONG;
    }

    private static Verdict deploy(MemorySegment memory, long body, int length) {
        if (length < DeployLayout.BYTES_MIN) {
            return Verdict.BODY_SHORT;
        }
        if ((DeployLayout.flags(memory, body) & ~DeployLayout.FLAGS_ALL) != 0
                || DeployLayout.memoryPagesMax(memory, body) < 0
                || DeployLayout.timeLimitUs(memory, body) < 0) {
            return Verdict.BAD_FIELD;
        }
        int nameLength = DeployLayout.nameLength(memory, body);
        int runtimeLength = DeployLayout.runtimeLength(memory, body);
        if (name(nameLength, Limits.FUNCTION_NAME_BYTES_MAX) != Verdict.GOOD
                || runtimeLength > Limits.RUNTIME_NAME_BYTES_MAX) {
            return Verdict.BAD_NAME;
        }
        int rest = DeployLayout.BYTES_MIN
                + nameLength
                + runtimeLength
                + DeployLayout.targetBytes(DeployLayout.flags(memory, body));
        if (rest > length) {
            return Verdict.BODY_LENGTHS;
        }
        return (DeployLayout.flags(memory, body) & DeployLayout.FLAG_CALIBRATE) == 0
                ? Verdict.GOOD
                : lengthAndArguments(memory, body + rest, length - rest);
    }

    /** An argument list behind its length as a u32, and anything behind it. */
    private static Verdict lengthAndArguments(MemorySegment memory, long at, int length) {
        if (length < Integer.BYTES) {
            return Verdict.BODY_LENGTHS;
        }
        int listLength = Wire.getInt(memory, at);
        return listLength < 0 || listLength > length - Integer.BYTES
                ? Verdict.BODY_LENGTHS
                : arguments(memory, at + Integer.BYTES, listLength);
    }

    private static Verdict part(MemorySegment memory, long body, int length, boolean request) {
        if (length < PartLayout.BYTES_MIN) {
            return Verdict.BODY_SHORT;
        }
        int totalLength = PartLayout.totalLength(memory, body);
        int offset = PartLayout.offset(memory, body);
        if (!Opcode.isRequest(PartLayout.opcode(memory, body))
                || totalLength < 1
                || totalLength > Limits.BODY_BYTES_MAX
                || offset < 0
                || (request && length == PartLayout.BYTES_MIN)) {
            return Verdict.BAD_FIELD;
        }
        return (long) offset + length - PartLayout.BYTES_MIN <= totalLength ? Verdict.GOOD : Verdict.BODY_LENGTHS;
    }

    private static Verdict fetch(MemorySegment memory, long body, int length) {
        return length != FetchLayout.BYTES
                ? exactly(length, FetchLayout.BYTES)
                : FetchLayout.offset(memory, body) < 0 ? Verdict.BAD_FIELD : Verdict.GOOD;
    }

    /** HELLO and OPEN: the name follows its length, a u8, and three reserved bytes. */
    private static Verdict tenant(
            MemorySegment memory, long body, int length, int lengthOffset, int datagramBytesOffset) {
        int nameOffset = lengthOffset + Integer.BYTES;
        if (length < nameOffset) {
            return Verdict.BODY_SHORT;
        }
        int nameLength = Wire.getUnsignedByte(memory, body + lengthOffset);
        if (name(nameLength, Limits.TENANT_NAME_BYTES_MAX) != Verdict.GOOD) {
            return Verdict.BAD_NAME;
        }
        return nameOffset + nameLength > length
                ? Verdict.BODY_LENGTHS
                : datagramBytes(Wire.getInt(memory, body + datagramBytesOffset));
    }

    private static Verdict datagramBytes(int bytes) {
        return bytes >= Limits.DATAGRAM_BYTES_MIN
                        && bytes <= Limits.DATAGRAM_BYTES_MAX
                        && bytes % MessageLayout.ALIGNMENT == 0
                ? Verdict.GOOD
                : Verdict.BAD_FIELD;
    }

    private static Verdict opened(MemorySegment memory, long body, int length) {
        if (length < OpenedLayout.BYTES_MIN) {
            return Verdict.BODY_SHORT;
        }
        int window = OpenedLayout.window(memory, body);
        int coreCount = OpenedLayout.coreCount(memory, body);
        if (window < 1
                || window > Limits.WINDOW_MAX
                || Integer.bitCount(window) != 1
                || coreCount < 1
                || coreCount > Limits.CORES_MAX
                || OpenedLayout.coreIndex(memory, body) >= coreCount
                || OpenedLayout.session(memory, body) == DatagramLayout.SESSION_NONE
                || OpenedLayout.sessionIdleMs(memory, body) < 1
                || datagramBytes(OpenedLayout.datagramBytesMax(memory, body)) != Verdict.GOOD) {
            return Verdict.BAD_FIELD;
        }
        return exactly(length, OpenedLayout.bytes(coreCount));
    }

    private static Verdict multiGetReply(MemorySegment memory, long body, int length) {
        if (length < MultiGetReplyLayout.BYTES_MIN) {
            return Verdict.BODY_SHORT;
        }
        int count = MultiGetReplyLayout.count(memory, body);
        long at = MultiGetReplyLayout.BYTES_MIN;
        for (int i = 0; i < count; i++) {
            if (at + MultiGetEntryLayout.BYTES_MIN > length) {
                return Verdict.BODY_LENGTHS;
            }
            int valueLength = MultiGetEntryLayout.valueLength(memory, body + at);
            if (valueLength < MultiGetEntryLayout.ABSENT) {
                return Verdict.BAD_FIELD;
            }
            at += MultiGetEntryLayout.BYTES_MIN + (long) Math.max(valueLength, 0);
            if (at > length) {
                return Verdict.BODY_LENGTHS;
            }
        }
        return at == length ? Verdict.GOOD : Verdict.BODY_LONG;
    }

    private static Verdict scanReply(MemorySegment memory, long body, int length) {
        if (length < ScanReplyLayout.BYTES_MIN) {
            return Verdict.BODY_SHORT;
        }
        int count = ScanReplyLayout.count(memory, body);
        if (count < 0) {
            return Verdict.BAD_FIELD;
        }
        long at = ScanReplyLayout.BYTES_MIN;
        for (int i = 0; i < count; i++) {
            if (at + ScanEntryLayout.BYTES_MIN > length) {
                return Verdict.BODY_LENGTHS;
            }
            int valueLength = ScanEntryLayout.valueLength(memory, body + at);
            if (valueLength < ScanEntryLayout.NOT_SENT) {
                return Verdict.BAD_FIELD;
            }
            at += ScanEntryLayout.BYTES_MIN
                    + ScanEntryLayout.keyLength(memory, body + at)
                    + (long) Math.max(valueLength, 0);
            if (at > length) {
                return Verdict.BODY_LENGTHS;
            }
        }
        return at == length ? Verdict.GOOD : Verdict.BODY_LONG;
    }

    private static Verdict function(MemorySegment memory, long body, int length) {
        if (length < FunctionLayout.BYTES_MIN) {
            return Verdict.BODY_SHORT;
        }
        long at = FunctionLayout.BYTES_MIN
                + FunctionLayout.nameLength(memory, body)
                + (long) FunctionLayout.runtimeLength(memory, body);
        for (int i = FunctionLayout.entryCount(memory, body); i > 0; i--) {
            if (at >= length) {
                return Verdict.BODY_LENGTHS;
            }
            at += Byte.BYTES + Wire.getUnsignedByte(memory, body + at);
        }
        at += FunctionLayout.targetBytes(FunctionLayout.flags(memory, body));
        return at == length ? Verdict.GOOD : at > length ? Verdict.BODY_LENGTHS : Verdict.BODY_LONG;
    }

    private static Verdict functionModule(MemorySegment memory, long body, int length) {
        if (length < FunctionModuleLayout.BYTES_MIN) {
            return Verdict.BODY_SHORT;
        }
        return (FunctionModuleLayout.flags(memory, body) & ~FunctionModuleLayout.FLAGS_ALL) != 0
                        || FunctionModuleLayout.timeLimitUs(memory, body) < 0
                        || FunctionModuleLayout.memoryPagesMax(memory, body) < 0
                ? Verdict.BAD_FIELD
                : Verdict.GOOD;
    }

    private static Verdict functionList(MemorySegment memory, long body, int length) {
        if (length < FunctionListReplyLayout.BYTES_MIN) {
            return Verdict.BODY_SHORT;
        }
        int count = FunctionListReplyLayout.count(memory, body);
        long at = FunctionListReplyLayout.BYTES_MIN;
        for (int i = 0; i < count; i++) {
            if (at + Integer.BYTES > length) {
                return Verdict.BODY_LENGTHS;
            }
            int functionLength = Wire.getInt(memory, body + at);
            at += Integer.BYTES;
            if (functionLength < 0 || at + functionLength > length) {
                return Verdict.BODY_LENGTHS;
            }
            Verdict verdict = function(memory, body + at, functionLength);
            if (verdict != Verdict.GOOD) {
                return verdict;
            }
            at += functionLength;
        }
        return count >= 0 && at == length ? Verdict.GOOD : Verdict.BODY_LONG;
    }
}
