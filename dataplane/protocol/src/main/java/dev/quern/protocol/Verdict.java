package dev.quern.protocol;

/** What {@link MessageCursor} and {@link BodyCheck} found: {@link #GOOD}, or the first thing that is wrong. */
public enum Verdict {
    GOOD("well-formed"),

    // Of a datagram: all of it is dropped, unanswered.
    DATAGRAM_SHORT("datagram shorter than its header"),
    DATAGRAM_LONG("datagram longer than the limit"),
    DATAGRAM_UNALIGNED("datagram's length is no multiple of 8"),
    BAD_MAGIC("not a Quern datagram"),
    BAD_VERSION("another version of the protocol"),
    BAD_FLAGS("unknown flags, or a request where a reply belongs"),

    // Of the row of messages: the rest of the datagram is dropped, for nobody knows where the next message starts.
    MESSAGE_SHORT("message shorter than its header"),
    MESSAGE_LONG("message runs past its datagram's end"),

    // Of one message: it is answered BAD_REQUEST or UNKNOWN_OPCODE with this text, and the next one is looked at.
    UNKNOWN_OPCODE("opcode unknown or out of place"),
    REQUEST_WITH_STATUS("request with a status other than 0"),
    BODY_SHORT("body shorter than its fixed fields"),
    BODY_LONG("body longer than it should be"),
    BODY_LENGTHS("a length inside the body runs past its end"),
    BAD_KEY_LENGTH("key empty or longer than 4096 bytes"),
    VALUE_LONG("value longer than 16 MiB"),
    BAD_NAME("name empty or too long"),
    BAD_FIELD("a field holds a value that it cannot have"),
    TOO_MANY("more items than the limit");

    private final String text;

    Verdict(String text) {
        this.text = text;
    }

    /** For logs and for the error that the peer reads. */
    public String text() {
        return text;
    }
}
