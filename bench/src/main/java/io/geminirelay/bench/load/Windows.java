package io.geminirelay.bench.load;

import com.sun.management.OperatingSystemMXBean;
import io.geminirelay.bench.load.client.Driver;
import io.geminirelay.bench.load.plan.Ask;
import io.geminirelay.bench.load.plan.Route;
import io.geminirelay.bench.load.plan.Shape;
import io.geminirelay.bench.load.plan.Slots;
import io.geminirelay.bench.load.plan.Workload;
import io.geminirelay.bench.load.proxy.CpuTime;
import io.geminirelay.bench.load.proxy.Proxy;
import io.geminirelay.bench.load.proxy.RunningProxy;
import io.geminirelay.bench.load.proxy.Start;
import io.geminirelay.bench.load.proxy.Target;
import io.geminirelay.bench.load.report.Figures;
import io.geminirelay.bench.load.report.Markdown;
import io.geminirelay.bench.load.report.Sample;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.HdrHistogram.Histogram;

/** Measures windows: warms up, loads the targets in turn, and reads what each window has used. */
final class Windows {
  /** Before a window: connections are open, and their first requests are past. */
  private static final double LEAD_SECONDS = 0.5;

  /** What is held settles for so long. */
  private static final double SETTLE_SECONDS = 2;

  /** What a JVM that has just been started learns before it is given thousands of streams. */
  private static final List<Workload> FIRST_STEPS =
      List.of(
          new Workload("warm", "", Shape.closed(), Route.PLAIN, Slots.of(64), Ask.unary()),
          new Workload("warm", "", Shape.closed(), Route.PLAIN, Slots.of(64), Ask.fast(64, 1)));

  private final Figures figures;
  private final Length length;
  private final Start start;
  private final OperatingSystemMXBean own =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  /**
   * How long it takes.
   *
   * @param rounds windows of each target
   * @param seconds of a window
   * @param warmup seconds before a workload's first window, of the gateway
   */
  record Length(int rounds, double seconds, double warmup) {}

  Windows(Figures figures, Length length, Start start) {
    this.figures = figures;
    this.length = length;
    this.start = start;
  }

  /** Starts a proxy that is ready to be measured. */
  Target start(Proxy proxy) throws Exception {
    Target target = Target.start(proxy, start);
    if (proxy == Proxy.GATEWAY) {
      for (Workload step : FIRST_STEPS) {
        // Longer than before a workload: everything is new.
        warm(step, target, 2 * length.warmup());
      }
    }
    return target;
  }

  /** All windows of a workload whose targets run throughout. */
  void measure(Workload workload, List<Target> targets) throws Exception {
    List<Target> order = new ArrayList<>();
    for (Target target : targets) {
      if (takesPart(workload, target.proxy())) {
        order.add(target);
        warm(workload, target);
      }
    }
    for (int round = 0; round < length.rounds(); round++) {
      for (Target target : order) {
        Sample sample = window(workload, target);
        figures.add(workload, target.proxy(), sample);
        tell(workload, target.proxy(), sample);
      }
      // Who was last is first: what gets quicker or slower meanwhile favours nobody.
      Collections.reverse(order);
    }
  }

  private static boolean takesPart(Workload workload, Proxy proxy) {
    boolean compared = proxy != Proxy.DIRECT || workload.shape().hasLatency();
    return compared && proxy.supports(workload.route());
  }

  private static void tell(Workload workload, Proxy proxy, Sample sample) {
    System.err.printf(
        "%s %s: %s, %.0f %s/s, busy %.0f %%, others %.0f %%%n",
        workload.label(),
        proxy.label(),
        Markdown.number(sample.value()),
        sample.perSecond(),
        workload.unit(),
        sample.busy() * 100,
        sample.others() * 100);
  }

  /** Lets a proxy learn what comes: a JVM has to; ours and the upstream's do with the gateway's. */
  void warm(Workload workload, Target target) throws InterruptedException {
    warm(workload, target, target.proxy() == Proxy.GATEWAY ? length.warmup() : LEAD_SECONDS);
  }

  private static void warm(Workload workload, Target target, double seconds)
      throws InterruptedException {
    try (Driver driver = driver(workload, target)) {
      driver.awaitServed();
      driver.run(seconds);
    }
  }

  private static Driver driver(Workload workload, Target target) {
    String what = workload.label() + ", " + target.proxy().title();
    return new Driver(what, workload, target.port(workload.route()));
  }

  /** One window of a target that is warm. */
  Sample window(Workload workload, Target target) throws Exception {
    Sample sample;
    try (Driver driver = driver(workload, target)) {
      driver.awaitServed();
      driver.run(LEAD_SECONDS);
      sample = watched(workload, target, driver);
    }
    if (target.log() != null) {
      target.log().collect();
    }
    return sample;
  }

  private Sample watched(Workload workload, Target target, Driver driver) throws Exception {
    RunningProxy process = target.process();
    driver.resetLatencies();
    long count = driver.count();
    CpuTime upstream = start.upstream().process().cpu();
    long ours = own.getProcessCpuTime();
    CpuTime before = process == null ? null : process.cpu();
    long begin = System.nanoTime();
    driver.run(length.seconds());
    double used =
        before == null || process == null ? Double.NaN : process.cpu().microsSince(before);
    double answered = driver.count() - count;
    double micros = (System.nanoTime() - begin) / 1e3;
    double others =
        (own.getProcessCpuTime() - ours) / 1e3
            + start.upstream().process().cpu().microsSince(upstream);
    if (answered == 0) {
      throw new IllegalStateException(workload.label() + ": nothing was answered");
    }
    if (driver.unreadable() > 0) {
      System.err.printf("%s: %d events came in pieces%n", workload.label(), driver.unreadable());
    }
    double units = answered * workload.unitsPerAnswer();
    Histogram latencies = workload.shape().hasLatency() ? driver.latencies() : null;
    return new Sample(
        used / units,
        units / micros * 1e6,
        process == null ? 0 : used / micros,
        others / micros,
        process == null ? 0 : process.residentKb(),
        latencies);
  }

  /** Memory of streams that are held, by proxies that have been started for it. */
  void measureMemory(Workload workload, List<Proxy> proxies) throws Exception {
    // Half as often as the others: it takes longer, and depends on no noise.
    for (int round = 0; round < (length.rounds() + 1) / 2; round++) {
      for (Proxy proxy : proxies) {
        if (proxy != Proxy.DIRECT && proxy.supports(workload.route())) {
          try (Target target = start(proxy)) {
            Sample sample = held(workload, target);
            figures.add(workload, proxy, sample);
            tell(workload, proxy, sample);
          }
        }
      }
    }
  }

  private Sample held(Workload workload, Target target) throws Exception {
    RunningProxy process = target.process();
    if (process == null) {
      throw new IllegalArgumentException("no process to look at");
    }
    Workload few =
        new Workload("few", "", workload.shape(), workload.route(), Slots.of(64), workload.ask());
    warm(few, target, LEAD_SECONDS);
    long before = process.residentKb();
    figures.about(
        target.proxy().title() + " without streams", before / 1024 + " MB resident, when warm");
    try (Driver driver = driver(workload, target)) {
      driver.awaitServed();
      driver.run(SETTLE_SECONDS);
      CpuTime cpu = process.cpu();
      driver.run(length.seconds());
      double busy = process.cpu().microsSince(cpu) / length.seconds() / 1e6;
      long with = process.residentKb();
      int streams = workload.slots().count();
      return new Sample((double) (with - before) / streams, 0, busy, 0, with, null);
    }
  }
}
