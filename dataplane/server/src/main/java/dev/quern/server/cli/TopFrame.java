package dev.quern.server.cli;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** One picture of a server, in lines of text, out of two scrapes. */
final class TopFrame {
    private static final int TENANTS_MAX = 10;
    private static final int FUNCTIONS_MAX = 5;
    private static final int BAR = 20;

    private final Scrape before;
    private final Scrape now;
    private final StringBuilder text = new StringBuilder();

    private TopFrame(Scrape before, Scrape now) {
        this.before = before;
        this.now = now;
    }

    static String of(Scrape before, Scrape now) {
        return new TopFrame(before, now).draw();
    }

    @SuppressWarnings("AnnotateFormatMethod") // its annotation would be a dependency
    private void line(String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values)).append('\n');
    }

    private String draw() {
        line(
                "requests %s/s   calls %s/s: at once %s, queued here %s, other cores %s   shed %s/s   role changes %.0f",
                count(now.rate(before, "quern_requests_total")),
                count(now.rate(before, "quern_invocations_total")),
                count(now.rate(before, "quern_core_calls_total", "place", "inline")),
                count(now.rate(before, "quern_invocations_queued_total")),
                count(now.rate(before, "quern_invocations_handed_total")),
                count(now.rate(before, "quern_invocations_shed_total")),
                now.sum("quern_role_events_total"));
        line("");
        line(
                "%-4s %-10s %5s  %-" + BAR + "s %5s %10s %10s %7s %9s %9s",
                "core",
                "role",
                "lanes",
                "busy",
                "",
                "waits",
                "calls wait",
                "queued",
                "requests",
                "calls");
        for (String core : now.values("quern_core_lanes", "core")) {
            core(core);
        }
        tenants();
        functions();
        return text.toString();
    }

    private void core(String core) {
        double busy = Math.min(1, now.rate(before, "quern_core_busy_seconds_total", "core", core));
        int full = (int) Math.round(busy * BAR);
        line(
                "%-4s %-10s %5.0f  %-" + BAR + "s %4.0f%% %10s %10s %7.0f %9s %9s",
                core,
                now.chosen("quern_core_role", "role", "core", core),
                now.sum("quern_core_lanes", "core", core),
                "#".repeat(full) + ".".repeat(BAR - full),
                100 * busy,
                time(now.sum("quern_core_request_wait_seconds", "core", core)),
                time(now.sum("quern_core_call_wait_seconds", "core", core)),
                now.sum("quern_core_calls_queued", "core", core),
                count(now.rate(before, "quern_requests_total", "core", core)),
                count(now.rate(before, "quern_core_calls_total", "core", core)));
    }

    private void tenants() {
        line("");
        line("%-24s %10s %12s %8s %10s %10s", "tenant", "functions", "records", "memory", "in time", "late");
        List<String> busiest = now.values("quern_tenant_records", "tenant").stream()
                .sorted(Comparator.comparingDouble((String tenant) -> -share(tenant))
                        .thenComparingDouble(tenant -> -now.sum("quern_tenant_records", "tenant", tenant)))
                .limit(TENANTS_MAX)
                .toList();
        for (String tenant : busiest) {
            double quota = Math.max(1, now.sum("quern_tenant_quota_bytes", "tenant", tenant));
            line(
                    "%-24s %9.0f%% %12s %7.0f%% %10s %10s",
                    tenant,
                    100 * share(tenant),
                    count(now.sum("quern_tenant_records", "tenant", tenant)),
                    100 * now.sum("quern_tenant_bytes", "tenant", tenant) / quota,
                    count(now.rate(before, "quern_tenant_target_met_total", "tenant", tenant)),
                    count(now.rate(before, "quern_tenant_target_missed_total", "tenant", tenant)));
        }
    }

    private double share(String tenant) {
        return now.rate(before, "quern_tenant_function_seconds", "tenant", tenant);
    }

    private void functions() {
        line("");
        line("%-32s %10s", "function running now", "for");
        now.values("quern_function_running_seconds", "function").stream()
                .limit(FUNCTIONS_MAX)
                .forEach(function -> line(
                        "%-32s %10s", function, time(now.sum("quern_function_running_seconds", "function", function))));
    }

    private static String time(double seconds) {
        return seconds <= 0
                ? "-"
                : seconds < 1e-3
                        ? String.format(Locale.ROOT, "%.0f us", seconds * 1e6)
                        : String.format(Locale.ROOT, "%.1f ms", seconds * 1e3);
    }

    private static String count(double number) {
        return number >= 1e6
                ? String.format(Locale.ROOT, "%.2fM", number / 1e6)
                : number >= 1e4
                        ? String.format(Locale.ROOT, "%.1fk", number / 1e3)
                        : String.format(Locale.ROOT, "%.0f", number);
    }
}
