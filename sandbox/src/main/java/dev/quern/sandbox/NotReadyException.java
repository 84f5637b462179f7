package dev.quern.sandbox;

import java.io.IOException;

/** What a function runs in is being made in the background, as that takes longer than a core may stand still. */
public final class NotReadyException extends IOException {
    private static final long serialVersionUID = 1;

    public NotReadyException(String message) {
        super(message);
    }
}
