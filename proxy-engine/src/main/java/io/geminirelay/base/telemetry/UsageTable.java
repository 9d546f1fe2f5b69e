package io.geminirelay.base.telemetry;

import io.geminirelay.base.exchange.Trail;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What keys, models and clients came to since the start. Thread safe; adding, on event loops, is a
 * look-up and a few additions and waits for nobody.
 *
 * <p>Bounded, whatever clients send: a model has a row of its own as soon as Google has answered
 * for it, and only while there are fewer than 200 rows; what finds none is added to {@link #OTHER}.
 */
public final class UsageTable {
  /** Name of the row of what has none. */
  public static final String OTHER = "other";

  /** Rows of models, with the one of {@link #OTHER}. */
  public static final int MAX_MODELS = 200;

  private static final int MAX_ROWS = 20_000;

  private final Cells cells = new Cells();
  private final Rows keys = new Rows(MAX_ROWS, false, cells);
  private final Rows models = new Rows(MAX_MODELS, true, cells);
  private final Rows clients = new Rows(MAX_ROWS, false, cells);
  private final ConcurrentHashMap<String, String> steadyNames = new ConcurrentHashMap<>();

  /** An empty table. */
  public UsageTable() {}

  /** Rows by name. */
  private record Rows(
      ConcurrentHashMap<String, UsageRow> byName, int most, boolean timed, Cells cells) {
    Rows(int most, boolean timed, Cells cells) {
      this(new ConcurrentHashMap<>(), most, timed, cells);
    }

    /** The row of {@code name}, made where {@code mayBegin} and there is room; else the other. */
    UsageRow row(String name, boolean mayBegin) {
      UsageRow found = byName.get(name);
      if (found != null) {
        return found;
      }
      // Several threads at once may make a few too many; each of them makes one.
      String as = mayBegin && byName.size() < most ? name : OTHER;
      return byName.computeIfAbsent(as, key -> new UsageRow(key, timed, cells));
    }

    @Nullable Usage usage(String name) {
      UsageRow row = byName.get(name);
      return row == null ? null : row.usage();
    }

    List<Usage> all() {
      Collection<UsageRow> rows = byName.values();
      return rows.stream().map(UsageRow::usage).toList();
    }
  }

  /** Adds an exchange of which {@code refusals} attempts met a quota. */
  void add(Settled settled, int refusals) {
    if (!settled.model().isEmpty()) {
      boolean known = refusals > 0 || (settled.servedWell() && settled.status() < 400);
      models.row(Settled.cut(settled.model()), known).add(settled, refusals);
    }
    if (!settled.client().isEmpty()) {
      clients.row(settled.client(), true).add(settled, refusals);
    }
    Trail trail = settled.trail();
    String last = trail.lastKey();
    if (last != null) {
      trail.eachEnd((key, outcome, status) -> keyRow(key).addAttempt(settled, outcome, status));
      keyRow(last).addTokens(settled);
    }
  }

  private UsageRow keyRow(String name) {
    String steady = steadyNames.get(name);
    if (steady == null) {
      steady = steady(name);
      if (steadyNames.size() < MAX_ROWS) {
        steadyNames.put(name, steady);
      }
    }
    return keys.row(steady, true);
  }

  /** A key's name without its number, which changes when another before it is taken out. */
  private static String steady(String name) {
    int number = name.lastIndexOf('/');
    int print = name.lastIndexOf('#');
    return number < 0 || print < number ? name : name.substring(0, number) + name.substring(print);
  }

  /** What the key of that name, {@code group/number#fingerprint}, came to; null for nothing. */
  public @Nullable Usage key(String name) {
    return keys.usage(steady(name));
  }

  /** What the model came to; null for nothing of its own. */
  public @Nullable Usage model(String model) {
    return models.usage(Settled.cut(model));
  }

  /** What the client came to; null for nothing. */
  public @Nullable Usage client(String name) {
    return clients.usage(name);
  }

  /** Every key that was used, as {@code group#fingerprint}, in no order. */
  public List<Usage> keys() {
    return keys.all();
  }

  /** Every model with a row, and the other ones together, in no order. */
  public List<Usage> models() {
    return models.all();
  }

  /** Every client that has sent anything, in no order. */
  public List<Usage> clients() {
    return clients.all();
  }
}
