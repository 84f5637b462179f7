package dev.quern.ffi.dpdk;

import java.io.IOException;

/** DPDK is not there, or refused; the message says what to do, and {@link #reason} which kind of mending that is. */
public final class DpdkException extends IOException {
    /** What is in the way. */
    public enum Reason {
        /** No library of DPDK's: install it. */
        NOT_INSTALLED,
        /** Libraries of a version whose layouts we do not know: install another. */
        UNKNOWN_ABI,
        /** DPDK can be started once in a process, with one set of arguments: start another process. */
        ALREADY_STARTED,
        /** Arguments that DPDK does not understand, or that contradict each other. */
        BAD_ARGUMENTS,
        /** No huge pages, or too few: reserve some, or do without. */
        NO_HUGEPAGES,
        /** The user may not do that. */
        NO_PERMISSION,
        /** No such device, or no driver for it. */
        DEVICE_UNKNOWN,
        /** Somebody has the device, or its name, already. */
        DEVICE_BUSY,
        /** The device cannot do what was asked of it. */
        DEVICE_REFUSED,
        /** None of these: the message holds DPDK's own words. */
        OTHER
    }

    private final transient Reason reason;

    DpdkException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    DpdkException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
