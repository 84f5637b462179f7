package dev.quern.sandbox;

import dev.quern.kvstore.Tenant;
import dev.quern.sandbox.guest.StoreCalls;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One core's isolates, by tenant and runtime, and the instances in them. Thread: the core's. */
final class Isolates implements AutoCloseable {
    private record Key(Tenant tenant, FunctionRuntime runtime) {}

    private final StoreCalls storeCalls;
    private final Map<Key, FunctionRuntime.Isolate> isolates = new HashMap<>();
    private final Map<Deployment, FunctionRuntime.Instance> instances = new HashMap<>();

    Isolates(StoreCalls storeCalls) {
        this.storeCalls = storeCalls;
    }

    FunctionRuntime.Isolate of(Deployment deployment) throws IOException {
        Key key = new Key(deployment.tenant(), deployment.runtime());
        FunctionRuntime.Isolate isolate = isolates.get(key);
        if (isolate == null) {
            isolate = deployment.runtime().newIsolate(storeCalls);
            isolates.put(key, isolate);
        }
        return isolate;
    }

    FunctionRuntime.Instance instance(Deployment deployment) throws IOException {
        FunctionRuntime.Instance instance = instances.get(deployment);
        if (instance == null) {
            FunctionRuntime.Isolate isolate = of(deployment);
            instance = deployment.isFresh()
                    ? new FreshInstance(() -> newInstance(isolate, deployment))
                    : newInstance(isolate, deployment);
            instances.put(deployment, instance);
        }
        return instance;
    }

    private FunctionRuntime.Instance newInstance(FunctionRuntime.Isolate isolate, Deployment deployment)
            throws IOException {
        FunctionRuntime.Instance instance = isolate.instantiate(deployment.module(), deployment.memory());
        return deployment.wantsSetUp()
                ? new InstanceSetUp(instance, storeCalls, deployment.hasInitializer(), deployment.command())
                : instance;
    }

    void drop(Deployment deployment) {
        FunctionRuntime.Instance instance = instances.remove(deployment);
        if (instance != null) {
            instance.close();
        }
    }

    /** Deployments that were removed and still have an instance here. */
    List<Deployment> removed() {
        for (Deployment deployment : instances.keySet()) {
            if (deployment.isRemoved()) {
                return instances.keySet().stream().filter(Deployment::isRemoved).toList();
            }
        }
        return List.of();
    }

    @Override
    public void close() {
        instances.values().forEach(FunctionRuntime.Instance::close);
        instances.clear();
        isolates.values().forEach(FunctionRuntime.Isolate::close);
        isolates.clear();
    }
}
