package io.geminirelay.bench.soak;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The soak in seconds instead of minutes, and what its checks say of what should not be. */
@Tag("once")
class SoakTest {
  private static final long SEED = 7;
  private static final long MILLIS = 3_000;
  private static final int RATE = 15;

  @TempDir Path folder;

  @Test
  void aShortRunHolds() throws Exception {
    Plan plan = new Plan(SEED, MILLIS, false);
    List<String> gateway =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx256m",
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Dio.netty.leakDetection.level=paranoid",
            // The log as it is delivered, not that of the tests.
            "-Dlogback.configurationFile="
                + Path.of("../proxy-engine/src/main/resources/logback.xml")
                    .toAbsolutePath()
                    .toUri(),
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            "io.geminirelay.Main");
    Soak soak = new Soak(plan, MILLIS, RATE, false, gateway, "", folder);
    Findings findings = soak.run();
    // What needs time is not asked of a machine that has none.
    assertNotEquals(
        Findings.Code.FAILED,
        findings.code(soak.stalls().tooBusy()),
        () -> plan + findings.table() + soak.stalls());
  }

  @Test
  void theSameSeedIsTheSamePlan() {
    assertEquals(plan(5).toString(), plan(5).toString());
    assertFalse(plan(5).toString().equals(plan(6).toString()));
    Plan one = plan(5);
    Plan other = plan(5);
    one.calm(false);
    other.calm(false);
    boolean poisoned = false;
    for (int id = 0; id < 500; id++) {
      Ledger.Entry entry = new Ledger.Entry(id, Kind.any(one.random(id)), 0);
      assertEquals(entry.kind, Kind.any(other.random(id)));
      Toxin toxin = one.toxin(entry, 0, "fast", 0);
      assertEquals(toxin, other.toxin(entry, 0, "fast", 0));
      assertEquals(Toxin.NONE, one.toxin(entry, 2, "fast", 0), "a third attempt is left alone");
      poisoned |= toxin != Toxin.NONE;
    }
    assertTrue(poisoned);
  }

  private static Plan plan(long seed) {
    return new Plan(seed, 60_000, false);
  }

  @Test
  void aLevelThatGrowsIsNotFlat() {
    Samples flat = new Samples();
    Samples growing = new Samples();
    for (int i = 0; i < 20; i++) {
      flat.add(i, 20e6 + (i % 2) * 1e6);
      growing.add(i, 20e6 + i * 1e6);
    }
    assertTrue(flat.isFlat(0.15, 2e6), flat::inMb);
    assertFalse(growing.isFlat(0.15, 2e6), growing::inMb);
  }
}
