package dev.quern.server.resp;

import org.jspecify.annotations.Nullable;

/** What CLIENT tells of a connection. Written by its core, read by any thread, each fact on its own. */
final class ClientState {
    private final long id;
    private final int core;
    private final long connectedMs = System.currentTimeMillis();
    private volatile String address = "";
    private volatile String localAddress = "";
    private volatile String name = "";
    private volatile String library = "";
    private volatile String libraryVersion = "";
    private volatile @Nullable String tenant;
    private volatile String table = "";
    private volatile int protocol = 2;
    // Plain: the hot path writes them, and a listing may be a moment late.
    private @Nullable Command command;
    private long usedMs = connectedMs;

    ClientState(long id, int core) {
        this.id = id;
        this.core = core;
    }

    long id() {
        return id;
    }

    void address(String remote, String local) {
        address = plain(remote);
        localAddress = plain(local);
    }

    private static String plain(String socketAddress) {
        return socketAddress.startsWith("/") ? socketAddress.substring(1) : socketAddress;
    }

    String name() {
        return name;
    }

    void name(String given) {
        name = given;
    }

    void library(String given) {
        library = given;
    }

    void libraryVersion(String given) {
        libraryVersion = given;
    }

    void place(String tenantName, String tableName) {
        tenant = tenantName;
        table = tableName;
    }

    @Nullable
    String tenant() {
        return tenant;
    }

    void protocol(int version) {
        protocol = version;
    }

    void used(Command last, long nowMs) {
        command = last;
        usedMs = nowMs;
    }

    void reset() {
        name = "";
        tenant = null;
        table = "";
        protocol = 2;
    }

    /** A line as in Redis's CLIENT LIST. */
    String line(long nowMs) {
        Command last = command;
        return "id=" + id + " addr=" + address + " laddr=" + localAddress + " fd=-1 name=" + name + " age="
                + Math.max(0, nowMs - connectedMs) / 1000 + " idle=" + Math.max(0, nowMs - usedMs) / 1000
                + " flags=N db=" + (table.equals("default") ? "0" : table) + " sub=0 psub=0 ssub=0 multi=-1 cmd="
                + (last == null ? "NULL" : last.label()) + " user=" + (tenant == null ? "" : tenant) + " resp="
                + protocol + " lib-name=" + library + " lib-ver=" + libraryVersion + " core=" + core;
    }
}
