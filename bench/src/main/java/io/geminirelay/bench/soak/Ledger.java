package io.geminirelay.bench.soak;

import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Every request, as its client and the upstreams saw it. Thread safe. */
final class Ledger {
  private static final Pattern MARK = Pattern.compile("soak-(\\d+)");

  private final ConcurrentMap<Integer, Entry> entries = new ConcurrentHashMap<>();

  /** What a client came to. */
  enum Result {
    /** A whole answer, and the right one. */
    SERVED,
    /** It began and was visibly cut. */
    BROKEN,
    /** Turned away for a reason that holds for this kind of request. */
    REFUSED,
    /** The client left, as it meant to. */
    LEFT,
    /** Anything else. */
    FAILED
  }

  /**
   * One try that an upstream saw.
   *
   * @param connection equal for those that shared one
   */
  record Arrival(String group, String connection, @Nullable String key, Toxin toxin, long nanos) {}

  /** One request. */
  static final class Entry {
    final int id;
    final Kind kind;
    final int gateway;
    private final LocalTime clock = LocalTime.now(ZoneId.of("UTC"));
    private final List<Arrival> arrivals = new ArrayList<>(1);
    private volatile @Nullable Result result;
    private volatile int status;
    private volatile String way = "";
    private volatile String note = "";
    private volatile long endNanos;

    Entry(int id, Kind kind, int gateway) {
      this.id = id;
      this.kind = kind;
      this.gateway = gateway;
    }

    /** How it ended for the client; null while it is under way. */
    @Nullable Result result() {
      return result;
    }

    int status() {
      return status;
    }

    String note() {
      return note;
    }

    long endNanos() {
      return endNanos;
    }

    /** Tells by what kind of connection it is sent. */
    void goesBy(String kindOfConnection) {
      way = kindOfConnection;
    }

    synchronized int arrived(Arrival arrival) {
      arrivals.add(arrival);
      return arrivals.size();
    }

    synchronized int arrivedSoFar() {
      return arrivals.size();
    }

    synchronized List<Arrival> arrivals() {
      return List.copyOf(arrivals);
    }

    void end(Result how, int withStatus, String why) {
      note = why;
      status = withStatus;
      endNanos = System.nanoTime();
      result = how;
    }

    @Override
    public String toString() {
      return mark(id)
          + " "
          + kind
          + " gateway "
          + gateway
          + " "
          + way
          + " at "
          + clock
          + ": "
          + result
          + " "
          + status
          + " "
          + arrivals().stream().map(each -> each.group() + "/" + each.toxin()).toList()
          + (note.isEmpty() ? "" : " " + note);
    }
  }

  /** How a request is marked in its id, its prompt and its answer. */
  static String mark(int id) {
    return "soak-" + id;
  }

  /** The request that a text is marked with, or -1. */
  static int idIn(@Nullable String text) {
    Matcher matcher = MARK.matcher(text == null ? "" : text);
    return matcher.find() ? Integer.parseInt(matcher.group(1)) : -1;
  }

  /** A mark of another request in a text, or an empty one. */
  static String foreignMark(String text, int id) {
    Matcher matcher = MARK.matcher(text);
    while (matcher.find()) {
      if (!matcher.group(1).equals(Integer.toString(id))) {
        return matcher.group();
      }
    }
    return "";
  }

  Entry open(int id, Kind kind, int gateway) {
    Entry entry = new Entry(id, kind, gateway);
    entries.put(id, entry);
    return entry;
  }

  @Nullable Entry of(int id) {
    return entries.get(id);
  }

  Collection<Entry> all() {
    return entries.values();
  }

  long count(Result result) {
    return entries.values().stream().filter(entry -> entry.result() == result).count();
  }
}
