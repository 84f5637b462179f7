package dev.quern.pushback;

import dev.quern.client.ClientTable;
import dev.quern.client.QuernClient;
import dev.quern.client.QuernException;
import dev.quern.client.TableOptions;
import dev.quern.protocol.Status;
import dev.quern.sandbox.guest.GuestTrap;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A client's tables as functions name them: a place for each, whatever handle leads to it. Thread: its worker's. */
final class Tables {
    /** Handles above 0 are places, plus one, as 0 is the call's own table. */
    private static final int HANDLE_OFFSET = 1;

    private final QuernClient client;
    private final Waiting waiting;
    private final List<ClientTable> tables = new ArrayList<>();
    private int own;

    Tables(QuernClient client, Waiting waiting) {
        this.client = client;
        this.waiting = waiting;
    }

    /** Sets the call's own table. */
    void own(ClientTable table) {
        own = place(table);
    }

    private int place(ClientTable table) {
        int known = find(table.name());
        if (known >= 0) {
            return known;
        }
        tables.add(table);
        return tables.size() - 1;
    }

    private int find(String name) {
        for (int i = 0; i < tables.size(); i++) {
            if (tables.get(i).name().equals(name)) {
                return i;
            }
        }
        return -1;
    }

    /** The place of the table that a guest's handle names; ends the call for one that {@link #handle} did not give. */
    int placeOf(int handle) {
        int place = handle == 0 ? own : handle - HANDLE_OFFSET;
        if (place < 0 || place >= tables.size()) {
            throw new GuestTrap(
                    GuestTrap.Reason.TRAP,
                    "table handle " + handle + " is none: 0 is the call's own table, others come from table(name)");
        }
        return place;
    }

    ClientTable at(int place) {
        return tables.get(place);
    }

    /** The handle of a table by name; null when there is none. Asks the server the first time. */
    @Nullable
    Integer handle(String name) {
        int known = find(name);
        if (known < 0) {
            try {
                known = place(waiting.await(client.openTable(name, TableOptions.ANY.existing())));
            } catch (QuernException refused) {
                if (refused.status() == Status.UNKNOWN_TABLE) {
                    return null;
                }
                throw refused;
            }
        }
        return known + HANDLE_OFFSET;
    }
}
