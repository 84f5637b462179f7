package dev.quern.server.port;

/** Kernel sockets by java.nio. */
class NioUdpConformanceTest extends UdpConformanceTest {
    @Override
    UdpPorts.Driver driver() {
        return UdpPorts.Driver.NIO;
    }
}
