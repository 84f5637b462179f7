package dev.quern.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.quern.client.transport.Transport;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class SessionMapTest {
    private static final int LINKS = 40;

    /** Leads nowhere. */
    private static final Transport.Link NOWHERE = new Transport.Link() {
        @Override
        public boolean send(ByteBuffer datagram) {
            return true;
        }

        @Override
        public int receive(ByteBuffer target) {
            return 0;
        }

        @Override
        public @Nullable String failure() {
            return null;
        }

        @Override
        public void close() {}
    };

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void shouldDoAsAMapDoes(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        SharedLink shared = new SharedLink(NOWHERE, 512);
        GroupLink[] links = new GroupLink[LINKS];
        for (int i = 0; i < LINKS; i++) {
            links[i] = shared.join();
        }
        Map<Integer, GroupLink> expected = new HashMap<>();
        SessionMap map = new SessionMap();
        for (int i = 0; i < 20_000; i++) {
            // Few numbers, so that they meet again, in both of the forms that a server's could have.
            int id = random.nextInt(400) << (random.nextBoolean() ? 16 : 0);
            GroupLink link = links[random.nextInt(LINKS)];
            if (random.nextInt(3) == 0) {
                assertSame(expected.put(id, link), map.put(id, link), "seed " + seed);
            } else {
                GroupLink theirs = random.nextBoolean() ? expected.getOrDefault(id, link) : link;
                map.remove(id, theirs);
                expected.remove(id, theirs);
            }
            assertEquals(expected.size(), map.size(), "seed " + seed);
            int other = random.nextInt(400) << (random.nextBoolean() ? 16 : 0);
            assertSame(expected.get(other), map.get(other), "seed " + seed);
        }
        expected.forEach((id, link) -> assertSame(link, map.get(id), "seed " + seed));
    }
}
