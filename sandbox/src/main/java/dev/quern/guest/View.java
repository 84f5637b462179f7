package dev.quern.guest;

/**
 * Shows bytes where they lie: a record, an argument, or a part of either. Make a few and keep them; pointing one elsewhere costs nothing.
 * What it shows is good until the entry returns, and is never changed.
 */
public final class View extends Bytes {
    /** A view of nothing yet. */
    public View() {}

    /** Shows native memory: for whoever runs functions. */
    public View point(long newAddress, int newLength) {
        address = newAddress;
        length = newLength;
        return this;
    }

    /** Shows a part of other bytes. */
    public View of(Bytes other, int offset, int newLength) {
        if (newLength < 0) {
            throw new IndexOutOfBoundsException("a view of " + newLength + " bytes");
        }
        address = other.at(offset, newLength);
        length = newLength;
        return this;
    }
}
