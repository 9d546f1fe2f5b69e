package io.geminirelay.bench.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.bench.load.client.Driver;
import io.geminirelay.bench.load.plan.Ask;
import io.geminirelay.bench.load.plan.Body;
import io.geminirelay.bench.load.plan.Route;
import io.geminirelay.bench.load.plan.Shape;
import io.geminirelay.bench.load.plan.Slots;
import io.geminirelay.bench.load.plan.Workload;
import io.geminirelay.bench.load.proxy.Proxy;
import io.geminirelay.bench.load.proxy.Start;
import io.geminirelay.bench.load.proxy.Target;
import io.geminirelay.bench.load.proxy.Upstream;
import io.geminirelay.bench.load.report.Figures;
import io.geminirelay.bench.load.report.Sample;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every kind of load, for moments, through a gateway with everything on; what it takes is free. */
@Tag("once")
class LoadSmokeTest {
  private static final Windows.Length MOMENTS = new Windows.Length(1, 0.3, 0.1);
  private static final int LARGE = 3 << 20;

  private static final List<Workload> WORKLOADS =
      List.of(
          workload("unary", Shape.closed(), Route.PLAIN, Slots.of(4), Ask.unary()),
          workload("open", Shape.open(200), Route.PLAIN, Slots.of(4), Ask.unary()),
          workload("tls", Shape.closed(), Route.TLS, Slots.of(4), Ask.unary()),
          workload("h2", Shape.closed(), Route.HTTP2_CLIENTS, new Slots(2, 8), Ask.unary()),
          workload("h2up", Shape.closed(), Route.HTTP2_UPSTREAM, Slots.of(4), Ask.unary()),
          workload("fast", Shape.closed(), Route.PLAIN, Slots.of(4), Ask.fast(64, 16)),
          workload(
              "h2fast", Shape.closed(), Route.HTTP2_CLIENTS, new Slots(2, 4), Ask.fast(64, 16)),
          workload("fasth2", Shape.closed(), Route.HTTP2_UPSTREAM, Slots.of(4), Ask.fast(640, 16)),
          workload("paced", Shape.paced(), Route.PLAIN, Slots.of(20), Ask.paced(20_000)),
          workload(
              "h2paced", Shape.paced(), Route.HTTP2_CLIENTS, new Slots(2, 10), Ask.paced(20_000)),
          workload("upload", Shape.closed(), Route.PLAIN, Slots.of(2), upload()),
          workload("download", Shape.closed(), Route.PLAIN, Slots.of(2), Ask.download(LARGE)),
          workload(
              "h2down", Shape.closed(), Route.HTTP2_UPSTREAM, Slots.of(2), Ask.download(LARGE)));

  @TempDir Path folder;

  private static Ask upload() {
    return Ask.upload(new Body(LARGE, Body.Kind.MEDIA));
  }

  private static Workload workload(String label, Shape shape, Route route, Slots slots, Ask ask) {
    return new Workload(label, label, shape, route, slots, ask);
  }

  private static List<String> gateway() {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Xmx512m",
        "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC",
        // The log as it is delivered, not that of the tests.
        "-Dlogback.configurationFile="
            + Path.of("../proxy-engine/src/main/resources/logback.xml").toAbsolutePath().toUri(),
        "-cp",
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
        "io.geminirelay.Main");
  }

  @Test
  void allThatIsAskedIsAnsweredAndCounted() throws Exception {
    Figures figures = new Figures();
    try (Upstream upstream = new Upstream(folder)) {
      Start start = new Start(upstream, -1, 3, gateway(), folder);
      Windows windows = new Windows(figures, MOMENTS, start);
      try (Target direct = windows.start(Proxy.DIRECT);
          Target gateway = windows.start(Proxy.GATEWAY)) {
        for (Workload workload : WORKLOADS) {
          windows.measure(workload, List.of(direct, gateway));
          check(figures, workload);
        }
        assertNotNull(gateway.log());
        assertFalse(gateway.log().summary().startsWith("0 "), gateway.log().summary());
        refusesWhatIsNotAnswered(gateway);
      }
      Workload held =
          workload("held", Shape.held(), Route.PLAIN, Slots.of(50), Ask.paced(5_000_000));
      windows.measureMemory(held, List.of(Proxy.GATEWAY));
      assertEquals(1, figures.of(held).get(Proxy.GATEWAY).size());
    }
  }

  private static void check(Figures figures, Workload workload) {
    Sample sample = figures.median(workload, Proxy.GATEWAY);
    assertNotNull(sample, workload.label());
    assertTrue(sample.value() > 0 && sample.perSecond() > 0, workload.label());
    if (workload.shape().hasLatency()) {
      assertTrue(figures.latencies(workload, Proxy.GATEWAY).getTotalCount() > 0, workload.label());
      assertTrue(figures.latencies(workload, Proxy.DIRECT).getTotalCount() > 0, workload.label());
    }
  }

  /** Nobody may be told that something is cheap which was refused. */
  private static void refusesWhatIsNotAnswered(Target gateway) {
    Ask tooLong = Ask.upload(new Body(8 << 20, Body.Kind.PROSE));
    Workload workload = workload("refused", Shape.closed(), Route.PLAIN, Slots.of(1), tooLong);
    try (Driver driver = new Driver("refused", workload, gateway.port(Route.PLAIN))) {
      assertThrows(IllegalStateException.class, driver::awaitServed);
    }
  }
}
