package io.geminirelay.bench.load.plan;

import java.util.ArrayList;
import java.util.List;

/**
 * Rows of workloads that differ in one thing, of which there is more from point to point. What else
 * costs is held still: the rate is the same at each point, where there is one.
 *
 * @param label its name in options
 * @param grows what there is more of
 * @param per what the cost is divided by
 * @param points from the smallest to the largest
 * @param remark why the cost may differ all the same
 */
public record Growth(String label, String grows, String per, List<Point> points, String remark) {
  /**
   * One size.
   *
   * @param size for people
   * @param keys of the gateway
   * @param units that one request, or one event, counts
   */
  public record Point(String size, Workload workload, int keys, double units) {}

  private static final int KEYS = 3;
  private static final int REQUESTS_PER_SECOND = 2_000;
  private static final int EVENTS_PER_SECOND = 10_000;
  private static final int MICROS = 1_000_000;

  /**
   * With as many to the upstream, and the connections that earlier points left idle there, they
   * stay below the descriptors at which a gateway with a usual limit of 20,000 sheds load.
   */
  private static final int MOST_STREAMS = 8_000;

  /** All of them. */
  public static List<Growth> all() {
    return List.of(connections(), keys(), requestBodies(), answerBodies(), streams());
  }

  private static Growth connections() {
    List<Point> points = new ArrayList<>();
    for (int count : new int[] {1, 64, 1_000, 10_000}) {
      Workload workload =
          workload("connections", Shape.open(REQUESTS_PER_SECOND), count, Ask.unary());
      points.add(new Point("%,d".formatted(count), workload, KEYS, 1));
    }
    return new Growth(
        "connections",
        "connections, 2,000 requests/s in all, each in turn",
        "request",
        points,
        "a rate far below what is possible, so each request wakes the proxy; few are under way at"
            + " once, so 10,000 clients need few connections to the upstream");
  }

  private static Growth keys() {
    List<Point> points = new ArrayList<>();
    for (int count : new int[] {10, 100, 1_000, 10_000}) {
      Workload workload = workload("keys", Shape.closed(), 64, Ask.unary());
      points.add(new Point("%,d".formatted(count), workload, count, 1));
    }
    return new Growth(
        "keys",
        "keys in the gateway's group, 64 connections",
        "request",
        points,
        "the processor's caches hold fewer of more keys");
  }

  private static Growth requestBodies() {
    List<Point> points = new ArrayList<>();
    for (int kilobytes : new int[] {1, 16, 256, 4_096, 65_536}) {
      Body body = new Body(kilobytes * 1_024, kindOf(kilobytes));
      points.add(body(kilobytes, "uploads", Ask.upload(body)));
    }
    return new Growth(
        "uploads",
        "request bodies, pictures in base64",
        "MB",
        points,
        "a small body shares the cost of its request among few bytes; over 16 MB none is kept for"
            + " another attempt");
  }

  private static Body.Kind kindOf(int kilobytes) {
    return kilobytes > 1 ? Body.Kind.MEDIA : Body.Kind.PROSE;
  }

  private static Growth answerBodies() {
    List<Point> points = new ArrayList<>();
    for (int kilobytes : new int[] {1, 16, 256, 4_096, 65_536}) {
      points.add(body(kilobytes, "downloads", Ask.download(kilobytes * 1_024)));
    }
    return new Growth(
        "downloads",
        "answers",
        "MB",
        points,
        "a small answer shares the cost of its request among few bytes");
  }

  private static Point body(int kilobytes, String label, Ask ask) {
    String size = kilobytes < 1_024 ? kilobytes + " KB" : kilobytes / 1_024 + " MB";
    Workload workload = workload(label, Shape.closed(), kilobytes < 1_024 ? 64 : 4, ask);
    // What a workload counts already in MB needs no factor.
    double units = ask.large() ? 1 : ask.megabytes();
    return new Point(size, workload, KEYS, units);
  }

  private static Growth streams() {
    List<Point> points = new ArrayList<>();
    for (int count : new int[] {1, 10, 100, 1_000, MOST_STREAMS}) {
      int paceMicros = (int) ((long) count * MICROS / EVENTS_PER_SECOND);
      Workload workload = workload("streams", Shape.paced(), count, Ask.paced(paceMicros));
      points.add(new Point("%,d".formatted(count), workload, KEYS, 1));
    }
    return new Growth(
        "streams",
        "streams, 10,000 events/s in all",
        "event",
        points,
        "events of one stream that are due together come in one read; those of many streams come"
            + " one by one. 8,000 have 16,000 of 20,000 descriptors, up to 1,024 idle connections to"
            + " the upstream have more, and from 19,000 on the gateway turns new ones away");
  }

  private static Workload workload(String label, Shape shape, int connections, Ask ask) {
    return new Workload(label, label, shape, Route.PLAIN, Slots.of(connections), ask);
  }
}
