package dev.quern.client;

import java.nio.charset.StandardCharsets;

/** What a function replied; empty when it replied nothing. The bytes are the caller's own. */
@SuppressWarnings("ArrayRecordComponent") // a reply is bytes
public record FunctionResult(byte[] reply) {
    /** The reply read as UTF-8. */
    public String text() {
        return new String(reply, StandardCharsets.UTF_8);
    }
}
