package dev.quern.bench;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The arrows between modules: ffi ← kvstore ← sandbox ← server ← bench, protocol ← client, server, client and sandbox ← pushback, and ffi ← net ← bypass, server. They never run back. */
@Timeout(120)
class ArchitectureTest {
    private static final String FFI = "dev.quern.ffi..";
    private static final String KVSTORE = "dev.quern.kvstore..";
    private static final String SANDBOX = "dev.quern.sandbox..";
    private static final String PROTOCOL = "dev.quern.protocol..";
    private static final String NET = "dev.quern.net..";
    private static final String CLIENT = "dev.quern.client..";
    private static final String BYPASS = "dev.quern.bypass..";
    private static final String PUSHBACK = "dev.quern.pushback..";
    private static final String SERVER = "dev.quern.server..";
    private static final String BENCH = "dev.quern.bench..";

    private static JavaClasses classes;

    @BeforeAll
    static void importClasses() {
        classes = new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("dev.quern");
    }

    private static void mayNotSee(String module, String... others) {
        noClasses()
                .that()
                .resideInAPackage(module)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(others)
                .check(classes);
    }

    @Test
    void shouldKeepFfiToTheJdk() {
        mayNotSee(FFI, KVSTORE, SANDBOX, PROTOCOL, NET, CLIENT, SERVER, BENCH);
    }

    @Test
    void shouldKeepTheStoreFreeOfFunctionsAndSockets() {
        mayNotSee(KVSTORE, SANDBOX, PROTOCOL, NET, CLIENT, SERVER, BENCH, "java.net..", "io.netty..", "org.graalvm..");
    }

    @Test
    void shouldKeepFunctionsFreeOfSockets() {
        mayNotSee(SANDBOX, PROTOCOL, NET, CLIENT, SERVER, BENCH, "io.netty..");
    }

    @Test
    void shouldKeepTheClientSmall() {
        mayNotSee(PROTOCOL, FFI, KVSTORE, SANDBOX, NET, CLIENT, SERVER, BENCH);
        mayNotSee(
                CLIENT,
                FFI,
                KVSTORE,
                SANDBOX,
                NET,
                BYPASS,
                SERVER,
                BENCH,
                "org.graalvm..",
                "com.oracle..",
                "io.netty..");
    }

    @Test
    void shouldKeepPacketDevicesFreeOfWhoUsesThem() {
        mayNotSee(NET, KVSTORE, SANDBOX, CLIENT, BYPASS, SERVER, BENCH, "io.netty..");
        mayNotSee(BYPASS, KVSTORE, SANDBOX, SERVER, BENCH, "io.netty..");
    }

    @Test
    void shouldKeepFunctionsAtClientsFreeOfGraalAndOfTheStoreItself() {
        mayNotSee(CLIENT, PUSHBACK);
        mayNotSee(PUSHBACK, NET, BYPASS, SERVER, BENCH, "org.graalvm..", "com.oracle..", "net.openhft..", "io.netty..");
        mayNotSee(PUSHBACK, "dev.quern.sandbox.graal..", "dev.quern.sandbox.espresso..", "dev.quern.sandbox.java..");
        noClasses()
                .that()
                .resideInAPackage(PUSHBACK)
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("dev.quern.kvstore.Store")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("dev.quern.kvstore.Transaction")
                .check(classes);
    }

    @Test
    void shouldKeepTheServerFreeOfBenches() {
        mayNotSee(SERVER, BYPASS, PUSHBACK, BENCH);
    }

    @Test
    void shouldKeepPackagesFreeOfCycles() {
        for (String module :
                new String[] {"ffi", "kvstore", "sandbox", "protocol", "net", "client", "server", "bench"}) {
            slices().matching("dev.quern." + module + ".(*)..")
                    .should()
                    .beFreeOfCycles()
                    .allowEmptyShould(true)
                    .check(classes);
        }
        slices().matching("dev.quern.(*)..").should().beFreeOfCycles().check(classes);
    }
}
