package dev.quern.server.resp;

import dev.quern.server.Quern;
import dev.quern.server.Server;
import dev.quern.server.ServerConfig;
import dev.quern.server.TenantSettings;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;

/** A server with the Redis door alone, on a free port of loopback. */
final class RespRig implements AutoCloseable {
    private final Server server;

    private RespRig(int cores, TenantSettings... tenants) throws IOException {
        ServerConfig.Builder builder =
                ServerConfig.builder().cores(cores).udp("off").resp("127.0.0.1:0");
        for (TenantSettings tenant : tenants) {
            builder.tenant(tenant);
        }
        server = Quern.start(builder.build());
    }

    /** One core; tenant default without a secret. */
    static RespRig open() throws IOException {
        return new RespRig(1);
    }

    static RespRig open(int cores) throws IOException {
        return new RespRig(cores);
    }

    static RespRig with(TenantSettings... tenants) throws IOException {
        return new RespRig(1, tenants);
    }

    int port() {
        return server.respAddress().getPort();
    }

    Server server() {
        return server;
    }

    RespSocket connect() throws IOException {
        return new RespSocket(port());
    }

    /** One of the modules that the sandbox ships as examples: noop, echo, counter, lookup, transfer, graph. */
    static byte[] example(String name) {
        try (InputStream module = RespRig.class.getResourceAsStream("/dev/quern/sandbox/examples/" + name + ".wasm")) {
            return Objects.requireNonNull(module, name).readAllBytes();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** What FUNCTION LOAD takes. */
    static byte[] payload(String line, byte[] module) {
        byte[] first = RespSocket.bytes(line + "\n");
        byte[] payload = new byte[first.length + module.length];
        System.arraycopy(first, 0, payload, 0, first.length);
        System.arraycopy(module, 0, payload, first.length, module.length);
        return payload;
    }

    @Override
    public void close() {
        server.close();
    }
}
