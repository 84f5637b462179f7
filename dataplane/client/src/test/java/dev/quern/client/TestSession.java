package dev.quern.client;

import dev.quern.protocol.BodyCheck;
import dev.quern.protocol.FetchLayout;
import dev.quern.protocol.Limits;
import dev.quern.protocol.MessageCursor;
import dev.quern.protocol.MessageLayout;
import dev.quern.protocol.Opcode;
import dev.quern.protocol.PartLayout;
import dev.quern.protocol.Status;
import dev.quern.protocol.Tag;
import dev.quern.protocol.Verdict;
import dev.quern.protocol.Wire;
import java.lang.foreign.MemorySegment;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One session of the {@link TestServer}: at most once, pieces up and down. */
final class TestSession {
    private static final class Assembly {
        final byte[] body;
        final BitSet pieces = new BitSet();

        Assembly(int length) {
            body = new byte[length];
        }
    }

    final int id;
    final SocketAddress peer;
    final @Nullable Tag tag;
    private final byte[] clientNonce;
    private final int window;
    private final int datagramBytesMax;
    private final Map<Integer, byte[]> outcomes = new HashMap<>();
    private final Map<Integer, Assembly> assemblies = new HashMap<>();
    private final Map<Integer, TestStore.Answer> large = new HashMap<>();
    private List<byte[]> replies = new ArrayList<>();
    private int highest;
    boolean ended;

    TestSession(int id, SocketAddress peer, byte[] clientNonce, @Nullable Tag tag, int window, int datagramBytesMax) {
        this.id = id;
        this.peer = peer;
        this.clientNonce = clientNonce;
        this.tag = tag;
        this.window = window;
        this.datagramBytesMax = datagramBytesMax;
    }

    boolean isFor(SocketAddress from, byte[] nonce) {
        return peer.equals(from) && Arrays.equals(clientNonce, nonce);
    }

    static byte[] message(int opcode, int status, int sequence, byte[] body) {
        byte[] bytes = new byte[MessageLayout.HEADER_BYTES + body.length];
        MemorySegment memory = MemorySegment.ofArray(bytes);
        MessageLayout.writeHeader(memory, 0, opcode, status, 0, body.length, sequence, 0);
        Wire.putBytes(memory, MessageLayout.HEADER_BYTES, body);
        return bytes;
    }

    List<byte[]> takeReplies() {
        List<byte[]> taken = replies;
        replies = new ArrayList<>();
        return taken;
    }

    void serve(MessageCursor cursor, MemorySegment memory, TestStore store) {
        int sequence = cursor.sequence();
        Verdict verdict = cursor.checkBody();
        if (verdict != Verdict.GOOD) {
            byte[] text = verdict.text().getBytes(StandardCharsets.UTF_8);
            replies.add(message(cursor.opcode(), Status.BAD_REQUEST, sequence, text));
            return;
        }
        if (sequence - highest > 0) {
            highest = sequence;
        } else if (sequence - (highest - window) <= 0) {
            return;
        }
        if (outcomes.containsKey(sequence) && cursor.opcode() != Opcode.FETCH) {
            byte[] outcome = outcomes.get(sequence);
            if (outcome != null) {
                replies.add(outcome);
            }
            return;
        }
        switch (cursor.opcode()) {
            case Opcode.CLOSE -> {
                replies.add(message(Opcode.CLOSE, 0, sequence, new byte[0]));
                ended = true;
            }
            case Opcode.FETCH -> fetch(sequence, FetchLayout.offset(memory, cursor.body()));
            case Opcode.PART -> part(cursor, memory, store);
            default ->
                execute(
                        cursor.opcode(),
                        sequence,
                        cursor.table(),
                        Wire.bytes(memory, cursor.body(), cursor.bodyLength()),
                        store);
        }
    }

    private void execute(int opcode, int sequence, int table, byte[] body, TestStore store) {
        TestStore.Answer answer = store.execute(opcode, table, body);
        byte[] reply = answer == null
                ? null
                : answer.body().length <= Limits.bodyBytesWhole(datagramBytesMax)
                        ? message(opcode, answer.status(), sequence, answer.body())
                        : piece(opcode, sequence, answer, 0);
        if (answer != null && answer.body().length > Limits.bodyBytesWhole(datagramBytesMax)) {
            large.put(sequence, answer);
        }
        boolean isBusy = answer != null && answer.status() == Status.BUSY;
        if (reply != null && isBusy) {
            MessageLayout.setRetryAfterUs(MemorySegment.ofArray(reply), 0, store.retryAfterUs);
        }
        if (Opcode.isKept(opcode) && !isBusy) {
            outcomes.put(sequence, reply);
        }
        if (reply != null) {
            replies.add(reply);
        }
    }

    private byte[] piece(int opcode, int sequence, TestStore.Answer answer, int offset) {
        int length = Math.min(Limits.partBytes(datagramBytesMax), answer.body().length - offset);
        byte[] body = new byte[PartLayout.BYTES_OFFSET + length];
        PartLayout.write(MemorySegment.ofArray(body), 0, answer.body().length, offset, opcode);
        System.arraycopy(answer.body(), offset, body, PartLayout.BYTES_OFFSET, length);
        return message(Opcode.FETCH, answer.status(), sequence, body);
    }

    private void fetch(int sequence, int offset) {
        TestStore.Answer answer = large.get(sequence);
        if (answer == null || offset > answer.body().length) {
            replies.add(message(Opcode.FETCH, Status.NOT_KEPT, sequence, new byte[0]));
        } else if (offset == answer.body().length) {
            large.remove(sequence);
        } else {
            replies.add(piece(answer.opcode(), sequence, answer, offset));
        }
    }

    private void part(MessageCursor cursor, MemorySegment memory, TestStore store) {
        long part = cursor.body();
        int sequence = cursor.sequence();
        int offset = PartLayout.offset(memory, part);
        int length = cursor.bodyLength() - PartLayout.BYTES_OFFSET;
        int opcode = PartLayout.opcode(memory, part);
        int total = PartLayout.totalLength(memory, part);
        Assembly assembly = assemblies.computeIfAbsent(sequence, s -> new Assembly(total));
        Wire.getBytes(memory, part + PartLayout.BYTES_OFFSET, assembly.body, offset, length);
        assembly.pieces.set(offset / Limits.partBytes(datagramBytesMax));
        byte[] acknowledged = new byte[4];
        Wire.putInt(MemorySegment.ofArray(acknowledged), 0, offset);
        replies.add(message(Opcode.PART, 0, sequence, acknowledged));
        int count = Math.ceilDiv(total, Limits.partBytes(datagramBytesMax));
        if (assembly.pieces.cardinality() == count) {
            assemblies.remove(sequence);
            Verdict verdict = BodyCheck.request(MemorySegment.ofArray(assembly.body), opcode, 0, total);
            if (verdict != Verdict.GOOD) {
                replies.add(message(opcode, Status.BAD_REQUEST, sequence, new byte[0]));
            } else {
                execute(opcode, sequence, cursor.table(), assembly.body, store);
            }
        }
    }
}
