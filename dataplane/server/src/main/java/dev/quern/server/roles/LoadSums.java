package dev.quern.server.roles;

/** What a snapshot comes to, summed over its cores. Demands are in cores. */
final class LoadSums {
    int servingCores;
    int functionCores;
    int dedicatedCores;
    /** Time of serving cores outside functions. */
    double servingDemand;
    /** Time of serving cores in functions. */
    double inlineDemand;
    /** Time in which function cores, dedicated ones included, did not idle. */
    double functionCoresBusy;

    double dedicatedBusy;
    int queued;
    /** Whether a request waits for too long at a core that has no time for it. */
    boolean servingWaits;
    /** Whether one does at a core that stands in a function, so that nothing but a move of lanes helps it. */
    boolean servingStands;
    /** Whether an invocation does. */
    boolean functionsWait;

    void add(LoadSnapshot now, ProvisionerConfig config) {
        servingCores = 0;
        functionCores = 0;
        dedicatedCores = 0;
        servingDemand = 0;
        inlineDemand = 0;
        functionCoresBusy = 0;
        dedicatedBusy = 0;
        queued = 0;
        servingWaits = false;
        servingStands = false;
        functionsWait = false;
        for (int core = 0; core < now.cores(); core++) {
            double busy = now.busyShare(core);
            if (now.role(core) == Role.SERVING) {
                servingCores++;
                inlineDemand += now.functionShare(core);
                servingDemand += busy - now.functionShare(core);
                // A core that waits and idles was stalled by the machine; moving cores does not help that.
                boolean waits = now.requestDelayNs(core) > config.servingDelayNs() && busy >= config.growShare();
                servingWaits |= waits;
                servingStands |= waits && now.standsNs(core) > config.standsNs();
            } else {
                functionCores++;
                functionCoresBusy += busy;
                if (now.role(core) == Role.DEDICATED) {
                    dedicatedCores++;
                    dedicatedBusy += busy;
                }
            }
            queued += now.invocationsQueued(core);
            functionsWait |= now.invocationDelayNs(core) > config.functionDelayNs();
        }
    }

    double functionDemand() {
        return inlineDemand + functionCoresBusy;
    }

    /** How busy serving cores are with serving, on average; there is one at the least. */
    double servingShare() {
        return servingDemand / Math.max(1, servingCores);
    }
}
