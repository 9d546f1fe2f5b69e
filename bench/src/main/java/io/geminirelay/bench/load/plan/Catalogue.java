package io.geminirelay.bench.load.plan;

import java.util.List;
import java.util.stream.Collectors;

/** The workloads that can be chosen by name. */
public final class Catalogue {
  private static final int LARGE_BYTES = 8 * Ask.MEGABYTE;
  private static final int PROMPT_BYTES = 2 * Ask.MEGABYTE;
  private static final int PACE_MICROS = 50_000;
  private static final int SILENT_MICROS = 10_000_000;

  private static final Slots BUSY = Slots.of(64);
  private static final Slots FEW = Slots.of(8);

  /** All of them, in the order in which they run. */
  public static final List<Workload> ALL =
      List.of(
          plain("unary", "1 KB in and out, 64 connections", Shape.closed(), BUSY, Ask.unary()),
          new Workload(
              "tls",
              "the same with TLS to the upstream",
              Shape.closed(),
              Route.TLS,
              BUSY,
              Ask.unary()),
          plain(
              "open", "1,000 requests/s, open loop", Shape.open(1_000), Slots.of(64), Ask.unary()),
          plain(
              "fast16",
              "fast streams of 300-byte events, 16 a write",
              Shape.closed(),
              BUSY,
              Ask.fast(640, 16)),
          plain("fast1", "fast streams, one event a write", Shape.closed(), BUSY, Ask.fast(640, 1)),
          plain(
              "paced",
              "2,000 streams, an event each 50 ms",
              Shape.paced(),
              Slots.of(2_000),
              Ask.paced(PACE_MICROS)),
          plain(
              "upload",
              "8 MB request bodies, a picture in base64",
              Shape.closed(),
              FEW,
              Ask.upload(new Body(LARGE_BYTES, Body.Kind.MEDIA))),
          plain(
              "prompt",
              "2 MB prompts",
              Shape.closed(),
              FEW,
              Ask.upload(new Body(PROMPT_BYTES, Body.Kind.PROSE))),
          plain("download", "8 MB answers", Shape.closed(), FEW, Ask.download(LARGE_BYTES)),
          new Workload(
              "h2",
              "1 KB in and out, HTTP/2 clients: 4 connections with 16 at once",
              Shape.closed(),
              Route.HTTP2_CLIENTS,
              new Slots(4, 16),
              Ask.unary()),
          new Workload(
              "h2paced",
              "2,000 streams on 40 HTTP/2 connections, an event each 50 ms",
              Shape.paced(),
              Route.HTTP2_CLIENTS,
              new Slots(40, 50),
              Ask.paced(PACE_MICROS)),
          new Workload(
              "h2up",
              "1 KB in and out, HTTP/2 with TLS to the upstream, 64 connections",
              Shape.closed(),
              Route.HTTP2_UPSTREAM,
              BUSY,
              Ask.unary()),
          plain(
              "streams",
              "9,000 open streams, an event each 10 s",
              Shape.held(),
              Slots.of(9_000),
              Ask.paced(SILENT_MICROS)));

  private Catalogue() {}

  private static Workload plain(String label, String title, Shape shape, Slots slots, Ask ask) {
    return new Workload(label, title, shape, Route.PLAIN, slots, ask);
  }

  /**
   * The one called {@code label}.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static Workload named(String label) {
    return ALL.stream()
        .filter(each -> each.label().equals(label))
        .findFirst()
        .orElseThrow(
            () -> new IllegalArgumentException("no workload " + label + "; there are " + labels()));
  }

  /** Their names. */
  public static String labels() {
    return ALL.stream().map(Workload::label).collect(Collectors.joining(", "));
  }
}
