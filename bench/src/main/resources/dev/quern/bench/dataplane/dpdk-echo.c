/* Echoes frames that go round by a ring of DPDK's. The peer of DpdkEchoMain, which does the same in Java; compiled when the bench runs.
 * Arguments: milliseconds of a run, count of runs, "straight" or "described", then EAL's. Straight hands the received buffers on as they are;
 * described does to each what a driver does that knows nothing of its caller: looks at all that describes the frame, and sets it up anew. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <rte_eal.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>

enum { FRAME_BYTES = 64, BURST = 32, TURNS = 1000, BUFFERS = 8191 };

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

static void fail(const char *what) {
  fprintf(stderr, "dpdk-echo: %s\n", what);
  exit(1);
}

static void swap_addresses(struct rte_mbuf *mbuf) {
  struct rte_ether_hdr *frame = rte_pktmbuf_mtod(mbuf, struct rte_ether_hdr *);
  struct rte_ether_addr to = frame->dst_addr;
  frame->dst_addr = frame->src_addr;
  frame->src_addr = to;
}

/* What the device says of checksums; kept so that it is looked at. */
static uint64_t seen;

static void set_up_anew(struct rte_mbuf *mbuf) {
  if (mbuf->nb_segs != 1 || mbuf->data_len < 60)
    fail("not as it was sent");
  seen |= mbuf->ol_flags & (RTE_MBUF_F_RX_IP_CKSUM_MASK | RTE_MBUF_F_RX_L4_CKSUM_MASK);
  uint16_t length = mbuf->data_len;
  rte_mbuf_refcnt_set(mbuf, 1);
  mbuf->nb_segs = 1;
  mbuf->port = RTE_MBUF_PORT_INVALID;
  mbuf->ol_flags &= RTE_MBUF_F_EXTERNAL | RTE_MBUF_F_INDIRECT;
  mbuf->pkt_len = length;
  mbuf->data_len = length;
  mbuf->vlan_tci = 0;
}

int main(int count, char **arguments) {
  double seconds = atoi(arguments[1]) / 1e3;
  int runs = atoi(arguments[2]);
  int described = strcmp(arguments[3], "described") == 0;
  arguments[3] = arguments[0];
  if (rte_eal_init(count - 3, arguments + 3) < 0)
    fail("no EAL");
  uint16_t port;
  if (rte_eal_hotplug_add("vdev", "net_ring0", "") != 0 || rte_eth_dev_get_port_by_name("net_ring0", &port) != 0)
    fail("no ring");
  struct rte_mempool *pool = rte_pktmbuf_pool_create("echo", BUFFERS, 512, 0, 2048 + RTE_PKTMBUF_HEADROOM, SOCKET_ID_ANY);
  struct rte_eth_conf conf;
  memset(&conf, 0, sizeof conf);
  if (pool == NULL || rte_eth_dev_configure(port, 1, 1, &conf) != 0 ||
      rte_eth_rx_queue_setup(port, 0, 1024, SOCKET_ID_ANY, NULL, pool) != 0 ||
      rte_eth_tx_queue_setup(port, 0, 1024, SOCKET_ID_ANY, NULL) != 0 || rte_eth_dev_start(port) != 0)
    fail("no queues");
  struct rte_mbuf *burst[BURST];
  for (int i = 0; i < BURST; i++) {
    burst[i] = rte_pktmbuf_alloc(pool);
    memset(rte_pktmbuf_append(burst[i], FRAME_BYTES), i, FRAME_BYTES);
  }
  rte_eth_tx_burst(port, 0, burst, BURST);
  for (int run = 0; run < runs; run++) {
    unsigned long frames = 0;
    double start = now(), elapsed;
    do {
      for (int turn = 0; turn < TURNS; turn++) {
        uint16_t received = rte_eth_rx_burst(port, 0, burst, BURST);
        if (described)
          for (int i = 0; i < received; i++) {
            swap_addresses(burst[i]);
            set_up_anew(burst[i]);
          }
        else
          for (int i = 0; i < received; i++)
            swap_addresses(burst[i]);
        frames += rte_eth_tx_burst(port, 0, burst, received);
      }
      elapsed = now() - start;
    } while (elapsed < seconds);
    printf("rate %.0f\n", frames / elapsed);
    fflush(stdout);
  }
  if (seen != 0)
    fail("a ring knows of no checksums");
  printf("left %d\n", rte_eth_rx_burst(port, 0, burst, BURST));
  return 0;
}
