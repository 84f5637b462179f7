package dev.quern.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Microsoft's "Verifying the RSS Hash Calculation": destination, source, the hash of the addresses, and that with the ports. */
@Timeout(10)
class ToeplitzTest {
    @ParameterizedTest
    @CsvSource({
        "161.142.100.80, 1766, 66.9.149.187, 2794, 323e8fc2, 51ccc178",
        "65.69.140.83, 4739, 199.92.111.2, 14230, d718262a, c626b0ea",
        "12.22.207.184, 38024, 24.19.198.95, 12898, d2d0a5de, 5c2b394a",
        "209.142.163.6, 2217, 38.27.205.30, 48228, 82989176, afc7327f",
        "202.188.127.2, 1303, 153.39.163.191, 44251, 5d1809c5, 10e828a2",
        "3ffe:2501:200:3::1, 1766, 3ffe:2501:200:1fff::7, 2794, 2cc18cd5, 40207d3d",
        "ff02::1, 4739, 3ffe:501:8::260:97ff:fe40:efab, 14230, 0f0c461c, dde51bbf",
        "fe80::200:f8ff:fe21:67cf, 38024, 3ffe:1900:4545:3:200:f8ff:fe21:67cf, 44251, 4b61e985, 02d1feef"
    })
    void shouldHashAsDevicesDo(
            String destination, int destinationPort, String source, int sourcePort, String addressHash, String hash) {
        byte[] addresses = addresses(source, destination);
        assertEquals(HexFormat.fromHexDigits(addressHash), Toeplitz.hash(addresses));
        assertEquals(HexFormat.fromHexDigits(hash), Toeplitz.hash(addresses, sourcePort, destinationPort));
    }

    private static byte[] addresses(String source, String destination) {
        ByteArrayOutputStream both = new ByteArrayOutputStream();
        both.writeBytes(InetAddress.ofLiteral(source).getAddress());
        both.writeBytes(InetAddress.ofLiteral(destination).getAddress());
        return both.toByteArray();
    }

    @Test
    void shouldTellTheKeyThatItHashesBy() {
        assertEquals(
                "6d5a56da255b0ec24167253d43a38fb0d0ca2bcbae7b30b477cb2da38030f20c6a42b73bbeac01fa",
                HexFormat.of().formatHex(Toeplitz.key()));
    }

    @Test
    void shouldDealEntriesToQueuesInTurn() {
        assertEquals(0, Toeplitz.queue(64, 3));
        assertEquals(2, Toeplitz.queue(5, 3));
        assertEquals(0, Toeplitz.queue(63, 3));
        assertEquals(3, Toeplitz.queue(-1, 4));
    }
}
