package dev.quern.server.resp;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.redis.ArrayHeaderRedisMessage;
import io.netty.handler.codec.redis.BulkStringHeaderRedisMessage;
import io.netty.handler.codec.redis.BulkStringRedisContent;
import io.netty.handler.codec.redis.ErrorRedisMessage;
import io.netty.handler.codec.redis.FullBulkStringRedisMessage;
import io.netty.handler.codec.redis.InlineCommandRedisMessage;
import io.netty.handler.codec.redis.LastBulkStringRedisContent;
import io.netty.handler.codec.redis.SimpleStringRedisMessage;
import java.util.List;

/** Puts a connection's commands together from the decoder's pieces, within the limits. Thread: the core's. */
@SuppressWarnings("ReferenceEquality") // Netty's constants are compared as objects
final class CommandAssembly {
    /** Whom it tells. */
    interface Listener {
        /** The arguments are those of a whole command, until this returns. */
        void execute(Arguments arguments);

        /** The stream is no commands from here on. */
        void refuse(String reason);

        /** Whether the client has named its tenant; before that, little is taken. */
        boolean authenticated();
    }

    /** Among the pieces: what was wrong with the stream after them. */
    record Malformed(String reason) {}

    private final Listener listener;
    private final Arguments arguments = new Arguments();
    private int argumentsLeft;
    private int bulkLength;

    CommandAssembly(Listener listener) {
        this.listener = listener;
    }

    /** Lets go of a command begun. */
    void reset() {
        arguments.reset();
        argumentsLeft = 0;
    }

    /** What is wrong with a stream that the decoder gave up. */
    Malformed malformed(Throwable cause) {
        boolean inline =
                argumentsLeft == 0 && String.valueOf(cause.getMessage()).contains("<= 65536");
        return new Malformed(
                inline
                        ? "too big inline request"
                        : argumentsLeft > 0 ? "invalid bulk length" : "invalid multibulk length");
    }

    private void refuse(String reason) {
        reset();
        listener.refuse(reason);
    }

    private void execute() {
        listener.execute(arguments);
        arguments.reset();
    }

    /** Takes a piece, and its reference. */
    void accept(Object message) {
        if (message instanceof BulkStringRedisContent content) {
            acceptContent(content);
        } else if (message instanceof BulkStringHeaderRedisMessage header) {
            acceptBulkHeader(header.bulkStringLength());
        } else if (message instanceof ArrayHeaderRedisMessage header) {
            acceptArrayHeader(header.length());
        } else if (message instanceof InlineCommandRedisMessage inline && argumentsLeft == 0) {
            acceptInline(inline.content());
        } else if (message instanceof Malformed malformed) {
            refuse(malformed.reason());
        } else {
            refuse("expected " + (argumentsLeft > 0 ? "'$'" : "'*' or an inline command") + ", got '" + type(message)
                    + "'");
        }
    }

    /** What the piece begins with. */
    private static char type(Object message) {
        if (message instanceof InlineCommandRedisMessage inline) {
            return inline.content().isEmpty() ? '\r' : inline.content().charAt(0);
        }
        return message instanceof SimpleStringRedisMessage ? '+' : message instanceof ErrorRedisMessage ? '-' : ':';
    }

    private void acceptArrayHeader(long length) {
        if (argumentsLeft > 0) {
            refuse("expected '$', got '*'");
        } else if (length > RespLimits.ARGUMENTS_MAX) {
            refuse("invalid multibulk length");
        } else if (!listener.authenticated() && length > RespLimits.UNAUTHENTICATED_ARGUMENTS_MAX) {
            refuse("unauthenticated multibulk length");
        } else if (length > 0) {
            argumentsLeft = (int) length;
        }
    }

    private void acceptBulkHeader(int length) {
        if (argumentsLeft == 0) {
            refuse("expected '*' or an inline command, got '$'");
        } else if (length > RespLimits.BULK_BYTES_MAX || arguments.bytes() + length > RespLimits.COMMAND_BYTES_MAX) {
            refuse("invalid bulk length");
        } else if (!listener.authenticated() && length > RespLimits.UNAUTHENTICATED_BULK_BYTES_MAX) {
            refuse("unauthenticated bulk length");
        } else {
            bulkLength = length;
        }
    }

    private void acceptContent(BulkStringRedisContent content) {
        if (content == FullBulkStringRedisMessage.NULL_INSTANCE || argumentsLeft == 0) {
            refuse(argumentsLeft == 0 ? "expected '*' or an inline command, got '$'" : "invalid bulk length");
            return;
        }
        boolean last = content instanceof LastBulkStringRedisContent;
        if (content == FullBulkStringRedisMessage.EMPTY_INSTANCE) {
            arguments.addEmpty();
        } else {
            arguments.gather(content.content(), bulkLength, last);
        }
        if (last && --argumentsLeft == 0) {
            execute();
        }
    }

    private void acceptInline(String line) {
        List<byte[]> words = InlineWords.split(line);
        if (words == null) {
            refuse("unbalanced quotes in request");
            return;
        }
        if (words.isEmpty()) {
            return;
        }
        for (byte[] word : words) {
            arguments.add(Unpooled.wrappedBuffer(word));
        }
        execute();
    }
}
