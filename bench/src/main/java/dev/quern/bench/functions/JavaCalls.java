package dev.quern.bench.functions;

import dev.quern.guest.Buffer;
import dev.quern.guest.Call;
import dev.quern.guest.Entries;
import dev.quern.guest.Entry;
import dev.quern.guest.View;
import java.util.Map;

/** What noop.c, gets.c and lookup.c do, in Java: the baseline without any isolation. Thread: the core that calls it. */
public final class JavaCalls implements Entries {
    private static final int KEY_LENGTH = 16;

    private final View first = new View();
    private final View second = new View();
    private final View value = new View();
    private final View key = new View();
    private final Buffer reply = new Buffer(Long.BYTES);

    @Override
    public Map<String, Entry> entries() {
        return Map.of("noop", call -> 0, "gets", this::gets, "lookup", this::lookup);
    }

    private int gets(Call call) {
        if (call.argument(0, first) != Long.BYTES || call.argument(1, second) != Integer.BYTES) {
            return 1;
        }
        key.of(first, 0, Long.BYTES);
        long sum = 0;
        for (int count = second.getInt(0); count > 0; count--) {
            if (call.get(Call.TABLE, key, value) < Long.BYTES) {
                return 2;
            }
            for (int at = 0; at + Long.BYTES <= value.length(); at += Long.BYTES) {
                sum += value.getLong(at);
            }
            key.of(value, 0, Long.BYTES);
        }
        call.reply(reply.clear().appendLong(sum));
        return 0;
    }

    private int lookup(Call call) {
        if (call.argument(0, key) < 1 || call.argument(1, second) != Integer.BYTES) {
            return 1;
        }
        int hops = second.getInt(0);
        if (hops == 0) {
            return 1;
        }
        do {
            int length = call.get(Call.TABLE, key, value);
            if (length < 0) {
                return 2;
            }
            key.of(value, 0, Math.min(length, KEY_LENGTH));
        } while (--hops != 0);
        call.reply(value);
        return 0;
    }
}
