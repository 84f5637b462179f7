package dev.quern.sandbox;

import static dev.quern.sandbox.Rig.bytes;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.kvstore.TableConfig;
import dev.quern.kvstore.TableKind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The graph of objects and associations: against a model in Java, and its invariants while cores compete. */
@Timeout(120)
class TaoTest {
    private static final byte[] LISTS = bytes("lists");
    private static final int FOLLOWS = 1;
    private static final int FOLLOWED = 2;
    private static final int POSTED = 3;

    private record Link(long id1, long id2, long time, String data) {}

    private static Rig open(String runtime) throws FunctionRefusedException {
        Rig rig = new Rig(runtime);
        rig.tenant().createTable("lists", TableConfig.defaults().withKind(TableKind.ORDERED));
        rig.example("tao");
        return rig;
    }

    /** Numbers one after the other, each as wide as it is: a Long has eight bytes, an Integer four. */
    private static byte[] request(Number... numbers) {
        ByteBuffer buffer = ByteBuffer.allocate(8 * numbers.length).order(ByteOrder.LITTLE_ENDIAN);
        for (Number number : numbers) {
            if (number instanceof Long) {
                buffer.putLong(number.longValue());
            } else {
                buffer.putInt(number.intValue());
            }
        }
        byte[] request = new byte[buffer.flip().remaining()];
        buffer.get(request);
        return request;
    }

    private static void assertOk(Rig.Worker worker, int status) {
        assertEquals(FunctionStatus.OK, status, () -> worker.outcome().error());
    }

    private static void assertReturned(Rig.Worker worker, int code, int status) {
        assertEquals(FunctionStatus.FAILED, status, () -> worker.outcome().error());
        assertEquals(code, worker.outcome().resultCode());
    }

    private static void add(Rig.Worker worker, Link link, int type, int inverse) {
        assertOk(
                worker,
                worker.call(
                        "tao.assoc_add",
                        LISTS,
                        request(link.id1, link.id2, link.time, type, inverse),
                        bytes(link.data)));
    }

    /** What was replied, each entry with the id1 that stands before it or the one given. */
    private static List<Link> links(Rig.Worker worker, long id1, boolean isFeed) {
        List<Link> links = new ArrayList<>();
        ByteBuffer reply = worker.replyNumbers();
        while (reply.hasRemaining()) {
            long from = isFeed ? reply.getLong() : id1;
            long id2 = reply.getLong();
            long time = reply.getLong();
            byte[] data = new byte[reply.getInt()];
            reply.get(data);
            links.add(new Link(from, id2, time, new String(data, java.nio.charset.StandardCharsets.UTF_8)));
        }
        return links;
    }

    private static List<Link> list(Rig.Worker worker, long id1, int type, int offset, int limit) {
        assertOk(worker, worker.call("tao.assoc_range", LISTS, request(id1, type, offset, limit)));
        return links(worker, id1, false);
    }

    private static List<Link> newestFirst(Map<Long, Link> model) {
        return model.values().stream()
                .sorted(Comparator.comparingLong((Link link) -> -link.time).thenComparingLong(Link::id2))
                .toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"graalwasm", "chicory"})
    void shouldKeepObjects(String runtime) throws FunctionRefusedException {
        try (Rig rig = open(runtime)) {
            Rig.Worker worker = rig.worker();
            assertOk(worker, worker.call("tao.obj_add", request(2L, 7), bytes("two")));
            assertReturned(worker, 2, worker.call("tao.obj_add", request(2L, 7), bytes("again")));
            List<Long> ids = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                assertOk(worker, worker.call("tao.obj_add", request(0L, 8), bytes("next")));
                ids.add(worker.replyNumbers().getLong());
            }
            assertEquals(List.of(1L, 3L, 4L), ids, "the next that are free");
            assertOk(worker, worker.call("tao.obj_update", request(2L), bytes("two, anew")));
            long before = System.currentTimeMillis() - 60_000;
            assertOk(worker, worker.call("tao.obj_get", request(2L)));
            ByteBuffer reply = worker.replyNumbers();
            assertEquals(7, reply.getInt());
            assertEquals(2, reply.getInt());
            assertTrue(reply.getLong() > before);
            byte[] data = new byte[reply.remaining()];
            reply.get(data);
            assertArrayEquals(bytes("two, anew"), data);
            assertOk(worker, worker.call("tao.obj_delete", request(2L)));
            for (String entry : List.of("tao.obj_get", "tao.obj_update", "tao.obj_delete")) {
                assertReturned(worker, 2, worker.call(entry, request(2L), bytes("")));
                assertReturned(worker, 1, worker.call(entry, request(2), bytes("")));
            }
            assertReturned(worker, 1, worker.call("tao.obj_add", request(9L, 1), new byte[65_537]));
            assertOk(worker, worker.call("tao.obj_add", request(9L, 1), new byte[65_536]));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"graalwasm", "chicory"})
    void shouldListAssociationsAsTheModelDoes(String runtime) throws FunctionRefusedException {
        try (Rig rig = open(runtime)) {
            Rig.Worker worker = rig.worker();
            Map<Long, Map<Long, Link>> model = new HashMap<>();
            Random random = new Random(11);
            for (int i = 0; i < 1500; i++) {
                long id1 = random.nextInt(3) - 1L;
                long id2 = random.nextInt(12);
                Map<Long, Link> mine = model.computeIfAbsent(id1, any -> new HashMap<>());
                if (random.nextInt(3) == 0) {
                    int status = worker.call("tao.assoc_delete", LISTS, request(id1, id2, FOLLOWS, 0));
                    if (mine.remove(id2) == null) {
                        assertReturned(worker, 2, status);
                    } else {
                        assertOk(worker, status);
                    }
                } else {
                    Link link = new Link(id1, id2, random.nextInt(9) - 4, "data " + i);
                    add(worker, link, FOLLOWS, 0);
                    boolean isNew = mine.put(id2, link) == null;
                    assertEquals(isNew ? 1 : 0, worker.replyNumbers().getInt());
                }
                List<Link> all = newestFirst(mine);
                assertReturned(worker, 1, worker.call("tao.assoc_count", LISTS));
                assertOk(worker, worker.call("tao.assoc_count", LISTS, request(id1, FOLLOWS)));
                assertEquals(all.size(), worker.replyNumbers().getLong());
                int offset = random.nextInt(4);
                int limit = random.nextInt(6);
                assertEquals(
                        all.stream().skip(offset).limit(limit).toList(), list(worker, id1, FOLLOWS, offset, limit));
                long oldest = random.nextInt(9) - 4L;
                long newest = random.nextInt(9) - 4L;
                assertOk(
                        worker,
                        worker.call("tao.assoc_times", LISTS, request(id1, oldest, newest, FOLLOWS, offset, 100)));
                assertEquals(
                        all.stream()
                                .filter(link -> link.time >= oldest && link.time <= newest)
                                .skip(offset)
                                .toList(),
                        links(worker, id1, false));
                assertOk(worker, worker.call("tao.assoc_get", LISTS, request(id1, FOLLOWS), request(id2, 3L, 99L)));
                assertEquals(
                        List.of(id2, 3L, 99L).stream()
                                .filter(mine::containsKey)
                                .map(mine::get)
                                .toList(),
                        links(worker, id1, false));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"graalwasm", "chicory"})
    void shouldReplyTheNewestThatOthersHave(String runtime) throws FunctionRefusedException {
        try (Rig rig = open(runtime)) {
            Rig.Worker worker = rig.worker();
            Random random = new Random(12);
            List<Link> posts = new ArrayList<>();
            for (long person = 10; person < 30; person++) {
                add(worker, new Link(1, person, person, ""), FOLLOWS, FOLLOWED);
                for (int i = random.nextInt(15); i > 0; i--) {
                    Link post = new Link(person, random.nextLong(), random.nextLong(), "post " + i);
                    add(worker, post, POSTED, 0);
                    posts.add(post);
                }
            }
            for (int through : new int[] {0, 1, 7, 20, 100}) {
                for (int limit : new int[] {0, 1, 10, 100}) {
                    assertOk(worker, worker.call("tao.feed", LISTS, request(1L, FOLLOWS, POSTED, through, limit)));
                    assertEquals(
                            posts.stream()
                                    .filter(post -> post.id1 >= 30 - through)
                                    .sorted(Comparator.comparingLong(Link::time).reversed())
                                    .limit(limit)
                                    .toList(),
                            links(worker, 0, true));
                }
            }
            assertEquals(List.of(new Link(17, 1, 17, "")), list(worker, 17, FOLLOWED, 0, 10));
            assertReturned(worker, 1, worker.call("tao.feed", LISTS, request(1L, FOLLOWS, POSTED, 1, 101)));
            assertReturned(worker, 1, worker.call("tao.feed", bytes("none"), request(1L, FOLLOWS, POSTED, 1, 1)));
        }
    }

    /** Whoever looks, at any time, finds list, links and count in agreement; in the end both directions, too. */
    @ParameterizedTest
    @ValueSource(strings = {"graalwasm", "chicory"})
    void shouldNeverDisagreeWithItselfWhileCoresWrite(String runtime) throws FunctionRefusedException {
        try (Rig rig = open(runtime)) {
            int people = 5;
            Crew.run(rig, 3, (worker, core) -> {
                Random random = new Random(core);
                for (int i = 0; i < 800; i++) {
                    long id1 = random.nextInt(people);
                    long id2 = random.nextInt(people);
                    int status = switch (random.nextInt(4)) {
                        case 0 -> worker.call("tao.assoc_delete", LISTS, request(id1, id2, FOLLOWS, FOLLOWED));
                        case 1 -> {
                            int checked = worker.call("tao.check", LISTS, request(id1, FOLLOWS + random.nextInt(2)));
                            if (checked == FunctionStatus.OK) {
                                assertAgrees(worker.replyNumbers());
                            }
                            yield checked;
                        }
                        default ->
                            worker.call(
                                    "tao.assoc_add",
                                    LISTS,
                                    request(id1, id2, random.nextLong(4), FOLLOWS, FOLLOWED),
                                    bytes("by core " + core));
                    };
                    assertTrue(
                            status == FunctionStatus.OK
                                    || status == FunctionStatus.CONFLICT
                                    || status == FunctionStatus.FAILED
                                            && worker.outcome().resultCode() == 2,
                            () -> worker.outcome().error());
                }
            });
            Rig.Worker worker = rig.worker();
            List<Link> forward = new ArrayList<>();
            List<Link> backward = new ArrayList<>();
            for (long id = 0; id < people; id++) {
                for (int type : new int[] {FOLLOWS, FOLLOWED}) {
                    assertOk(worker, worker.call("tao.check", LISTS, request(id, type)));
                    assertAgrees(worker.replyNumbers());
                }
                forward.addAll(list(worker, id, FOLLOWS, 0, 1000));
                list(worker, id, FOLLOWED, 0, 1000)
                        .forEach(link -> backward.add(new Link(link.id2, link.id1, link.time, link.data)));
            }
            Comparator<Link> order = Comparator.comparingLong(Link::id1).thenComparingLong(Link::id2);
            forward.sort(order);
            backward.sort(order);
            assertEquals(forward, backward);
            assertTrue(!forward.isEmpty());
        }
    }

    private static void assertAgrees(ByteBuffer check) {
        long count = check.getLong();
        assertEquals(count, check.getLong(), "records in the list");
        assertEquals(0, check.getLong(), "records of it that no link leads to");
    }
}
