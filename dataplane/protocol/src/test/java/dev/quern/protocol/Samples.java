package dev.quern.protocol;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/** A datagram with one good message of every kind. */
final class Samples {
    private final MemorySegment memory = MemorySegment.ofArray(new byte[8192]);
    private int position = DatagramLayout.HEADER_BYTES;
    private int count;

    MemorySegment memory() {
        return memory;
    }

    int length() {
        return position;
    }

    int count() {
        return count;
    }

    private Samples(int flags) {
        DatagramLayout.writeHeader(memory, 0, flags, 1);
    }

    private long body() {
        return (long) position + MessageLayout.HEADER_BYTES;
    }

    private void add(int opcode, int status, int bodyLength) {
        MessageLayout.writeHeader(memory, position, opcode, status, 0, bodyLength, ++count, 0);
        position += MessageLayout.pad(memory, position, bodyLength);
    }

    private int put(int offset, String text) {
        return (int) (Wire.putBytes(memory, body() + offset, text.getBytes(StandardCharsets.UTF_8)) - body());
    }

    static Samples requests() {
        Samples s = new Samples(0);
        HelloLayout.write(s.memory, s.body(), 1432, 3);
        s.add(Opcode.HELLO, 0, Math.max(s.put(HelloLayout.TENANT_OFFSET, "abc"), 96));
        OpenLayout.write(s.memory, s.body(), 1432, 3);
        s.add(Opcode.OPEN, 0, s.put(OpenLayout.TENANT_OFFSET, "abc"));
        s.add(Opcode.GET, 0, s.put(0, "key"));
        s.add(Opcode.DELETE, 0, s.put(0, "key"));
        s.add(Opcode.TIME_TO_LIVE, 0, s.put(0, "key"));
        PutLayout.write(s.memory, s.body(), 1000, 3, PutLayout.IF_ABSENT);
        s.add(Opcode.PUT, 0, s.put(PutLayout.KEY_OFFSET, "keyvalue"));
        CompareAndSetLayout.write(s.memory, s.body(), 7, 0, 3);
        s.add(Opcode.COMPARE_AND_SET, 0, s.put(CompareAndSetLayout.KEY_OFFSET, "keyvalue"));
        IncrementLayout.write(s.memory, s.body(), -3);
        s.add(Opcode.INCREMENT, 0, s.put(IncrementLayout.KEY_OFFSET, "n"));
        ExpireLayout.write(s.memory, s.body(), 5);
        s.add(Opcode.EXPIRE, 0, s.put(ExpireLayout.KEY_OFFSET, "n"));
        MultiGetLayout.write(s.memory, s.body(), 2);
        s.add(Opcode.MULTI_GET, 0, s.put(MultiGetLayout.KEYS_OFFSET, "\1\0a\2\0bc"));
        MultiLayout.write(s.memory, s.body(), 2);
        long first = s.body() + MultiLayout.OPERATIONS_OFFSET;
        MultiOperationLayout.write(s.memory, first, Opcode.CHECK, 0, CheckLayout.KEY_OFFSET + 1);
        CheckLayout.write(s.memory, first + MultiOperationLayout.BODY_OFFSET, 7);
        int second = MultiLayout.OPERATIONS_OFFSET + MultiOperationLayout.BODY_OFFSET + CheckLayout.KEY_OFFSET + 1;
        int ignored = s.put(second - 1, "k");
        MultiOperationLayout.write(s.memory, s.body() + second, Opcode.DELETE, 3, 3);
        s.add(Opcode.MULTI, 0, s.put(second + MultiOperationLayout.BODY_OFFSET, "key"));
        ScanLayout.write(s.memory, s.body(), 0, 100, ScanLayout.FLAG_VALUES);
        s.add(Opcode.SCAN, 0, ScanLayout.BYTES);
        RangeLayout.write(s.memory, s.body(), 100, RangeLayout.FLAG_BACKWARDS, 2, 3);
        s.add(Opcode.RANGE, 0, s.put(RangeLayout.KEYS_OFFSET, "lohig"));
        TableOpenLayout.write(s.memory, s.body(), TableOpenLayout.FLAG_CREATE);
        s.add(Opcode.TABLE_OPEN, 0, s.put(TableOpenLayout.NAME_OFFSET, "users"));
        RoleLayout.write(s.memory, s.body(), 1, RoleLayout.FUNCTIONS);
        s.add(Opcode.ROLE, 0, RoleLayout.BYTES_MIN);
        RoleLayout.write(s.memory, s.body(), 1, RoleLayout.DEDICATED);
        s.add(Opcode.ROLE, 0, s.put(RoleLayout.TENANT_OFFSET, "acme"));
        InvokeLayout.write(s.memory, s.body(), InvokeLayout.FLAG_READ_ONLY, 3);
        s.add(Opcode.INVOKE, 0, s.put(InvokeLayout.NAME_OFFSET, "sum\2\0\0\0\1\0\0\0a\0\0\0\0"));
        InvokeLayout.write(s.memory, s.body(), InvokeLayout.FLAG_CLIENT_RUNS | InvokeLayout.FLAG_MEASURED, 3);
        RunFiguresLayout.write(s.memory, s.body() + InvokeLayout.NAME_OFFSET + 7, 900, 2, 16);
        int measured = s.put(InvokeLayout.NAME_OFFSET, "sum\0\0\0\0");
        s.add(Opcode.INVOKE, 0, measured + RunFiguresLayout.BYTES);
        InvokeAllLayout.write(s.memory, s.body(), InvokeAllLayout.FLAG_READ_ONLY, 3, 2);
        s.add(Opcode.INVOKE_ALL, 0, s.put(InvokeAllLayout.NAME_OFFSET, "sum\4\0\0\0\0\0\0\0\t\0\0\0\1\0\0\0\1\0\0\0a"));
        DeployLayout.write(s.memory, s.body(), 0, 16, DeployLayout.FLAG_REPLACE, 3, 4);
        s.add(Opcode.DEPLOY, 0, s.put(DeployLayout.NAME_OFFSET, "sumauto\0asm"));
        DeployLayout.write(s.memory, s.body(), 0, 16, DeployLayout.FLAG_CALIBRATE, 3, 0);
        s.add(Opcode.DEPLOY, 0, s.put(DeployLayout.NAME_OFFSET, "sum\t\0\0\0\1\0\0\0\1\0\0\0x\0asm"));
        DeployLayout.write(s.memory, s.body(), 0, 16, DeployLayout.FLAG_TARGET, 3, 0);
        s.add(Opcode.DEPLOY, 0, s.put(DeployLayout.NAME_OFFSET, "sum\1\2\0\0\0asm"));
        s.add(Opcode.FUNCTION_DESCRIBE, 0, s.put(0, "sum"));
        s.add(Opcode.FUNCTION_REMOVE, 0, s.put(0, "sum"));
        s.add(Opcode.FUNCTION_PAUSE, 0, s.put(0, "sum"));
        s.add(Opcode.FUNCTION_RESUME, 0, s.put(0, "sum"));
        s.add(Opcode.FUNCTION_LIST, 0, 0);
        s.add(Opcode.FUNCTION_LOG, 0, 0);
        FunctionFetchLayout.write(s.memory, s.body(), new byte[PushbackLayout.SHA256_BYTES]);
        s.add(Opcode.FUNCTION_FETCH, 0, s.put(FunctionFetchLayout.NAME_OFFSET, "sum"));
        MultiLayout.write(s.memory, s.body(), 1);
        long only = s.body() + MultiLayout.OPERATIONS_OFFSET;
        MultiOperationLayout.write(s.memory, only, Opcode.CHECK_RANGE, 0, CheckRangeLayout.KEYS_OFFSET + 5);
        CheckRangeLayout.write(
                s.memory, only + MultiOperationLayout.BODY_OFFSET, 7, 2, RangeLayout.FLAG_LOW_INCLUDED, 2, 3);
        s.add(
                Opcode.MULTI,
                0,
                s.put(
                        MultiLayout.OPERATIONS_OFFSET + MultiOperationLayout.BODY_OFFSET + CheckRangeLayout.KEYS_OFFSET,
                        "lohig"));
        s.add(Opcode.STATS, 0, 0);
        s.add(Opcode.PING, 0, s.put(0, "echo"));
        PartLayout.write(s.memory, s.body(), 8, 4, Opcode.PUT);
        s.add(Opcode.PART, 0, s.put(PartLayout.BYTES_OFFSET, "abcd"));
        FetchLayout.write(s.memory, s.body(), 1400);
        s.add(Opcode.FETCH, 0, FetchLayout.BYTES);
        s.add(Opcode.CLOSE, 0, 0);
        return s;
    }

    static Samples replies() {
        Samples s = new Samples(DatagramLayout.FLAG_REPLY);
        s.add(Opcode.CHALLENGE, 0, ChallengeLayout.BYTES);
        OpenedLayout.write(s.memory, s.body(), 1, 1024, 1432, 60_000, OpenedLayout.FLAG_TAGS_REQUIRED, 2, 1);
        OpenedLayout.setPort(s.memory, s.body(), 0, 7400);
        OpenedLayout.setPort(s.memory, s.body(), 1, 7401);
        s.add(Opcode.OPENED, 0, OpenedLayout.bytes(2));
        s.add(Opcode.REFUSED, Status.REFUSED, s.put(RefusedLayout.MESSAGE_OFFSET, "no"));
        ValueReplyLayout.write(s.memory, s.body(), 3);
        s.add(Opcode.GET, 0, s.put(ValueReplyLayout.VALUE_OFFSET, "value"));
        s.add(Opcode.GET, Status.NOT_FOUND, 0);
        s.add(Opcode.PUT, 0, WrittenReplyLayout.BYTES);
        s.add(Opcode.COMPARE_AND_SET, 0, WrittenReplyLayout.BYTES);
        s.add(Opcode.COMPARE_AND_SET, Status.CONFLICT, 0);
        s.add(Opcode.INCREMENT, 0, IncrementReplyLayout.BYTES);
        s.add(Opcode.TIME_TO_LIVE, 0, TimeToLiveReplyLayout.BYTES);
        s.add(Opcode.DELETE, 0, 0);
        MultiGetReplyLayout.write(s.memory, s.body(), 2);
        MultiGetEntryLayout.write(s.memory, s.body() + 4, 1, 2);
        s.put(16, "ab");
        MultiGetEntryLayout.write(s.memory, s.body() + 18, 0, MultiGetEntryLayout.ABSENT);
        s.add(Opcode.MULTI_GET, 0, 18 + MultiGetEntryLayout.BYTES_MIN);
        MultiReplyLayout.write(s.memory, s.body(), 1, MultiReplyLayout.COMMITTED);
        MultiEntryLayout.write(s.memory, s.body() + MultiReplyLayout.ENTRIES_OFFSET, Status.OK, 3, 9, 4);
        s.add(Opcode.MULTI, 0, s.put(MultiReplyLayout.ENTRIES_OFFSET + MultiEntryLayout.VALUE_OFFSET, "val"));
        ScanReplyLayout.write(s.memory, s.body(), 9, 1);
        ScanEntryLayout.write(s.memory, s.body() + ScanReplyLayout.ENTRIES_OFFSET, 2, 3);
        s.add(Opcode.SCAN, 0, s.put(ScanReplyLayout.ENTRIES_OFFSET + ScanEntryLayout.KEY_OFFSET, "kkvvv"));
        ScanReplyLayout.write(s.memory, s.body(), 0, 0);
        s.add(Opcode.RANGE, 0, ScanReplyLayout.BYTES_MIN);
        TableOpenReplyLayout.write(s.memory, s.body(), 4);
        s.add(Opcode.TABLE_OPEN, 0, TableOpenReplyLayout.BYTES);
        InvokeReplyLayout.write(s.memory, s.body(), 0);
        s.add(Opcode.INVOKE, 0, s.put(InvokeReplyLayout.REPLY_OFFSET, "done"));
        InvokeAllReplyLayout.write(s.memory, s.body(), 2);
        long called = s.body() + InvokeAllReplyLayout.ENTRIES_OFFSET;
        InvokeAllEntryLayout.write(s.memory, called, Status.OK, 0, 4);
        int ended = s.put(InvokeAllReplyLayout.ENTRIES_OFFSET + InvokeAllEntryLayout.REPLY_OFFSET, "done");
        InvokeAllEntryLayout.write(s.memory, s.body() + ended, Status.FUNCTION_TRAPPED, 0, 4);
        s.add(Opcode.INVOKE_ALL, 0, s.put(ended + InvokeAllEntryLayout.REPLY_OFFSET, "trap"));
        FunctionLayout.write(s.memory, s.body(), 500, 16, 1000, 0, 3, 4, 2, 7, 1);
        s.add(Opcode.DEPLOY, 0, s.put(FunctionLayout.NAME_OFFSET, "sumauto\3run\1x"));
        FunctionListReplyLayout.write(s.memory, s.body(), 1);
        Wire.putInt(s.memory, s.body() + 4, FunctionLayout.BYTES_MIN + 3);
        FunctionLayout.write(s.memory, s.body() + 8, 500, 16, 1000, 0, 3, 0, 0, 0, 0);
        s.add(Opcode.FUNCTION_LIST, 0, s.put(8 + FunctionLayout.NAME_OFFSET, "sum"));
        s.add(Opcode.FUNCTION_PAUSE, 0, 0);
        s.add(Opcode.ROLE, 0, 0);
        s.add(Opcode.FUNCTION_LOG, 0, s.put(0, "\2\0\0\0\1\0\0\0a\0\0\0\0"));
        PartLayout.write(s.memory, s.body(), 4, 0, Opcode.GET);
        s.add(Opcode.FETCH, 0, s.put(PartLayout.BYTES_OFFSET, "abcd"));
        s.add(Opcode.PART, 0, PartReplyLayout.BYTES);
        s.add(Opcode.PING, 0, s.put(0, "echo"));
        FunctionModuleLayout.write(s.memory, s.body(), new byte[PushbackLayout.SHA256_BYTES], 500, 16, 2);
        s.add(Opcode.FUNCTION_FETCH, 0, s.put(FunctionModuleLayout.MODULE_OFFSET, "\0asm"));
        PushbackLayout.write(s.memory, s.body(), new byte[PushbackLayout.SHA256_BYTES], 99);
        s.add(Opcode.INVOKE, Status.PUSHED_BACK, PushbackLayout.BYTES);
        s.add(Opcode.INVOKE, Status.FUNCTION_TRAPPED, s.put(0, "trap: unreachable"));
        return s;
    }
}
