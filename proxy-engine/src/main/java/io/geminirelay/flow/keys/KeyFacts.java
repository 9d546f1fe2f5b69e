package io.geminirelay.flow.keys;

import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.base.state.Fact;
import io.geminirelay.base.state.FactSource;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is known of keys and of the projects that share a quota, as facts: {@code
 * key/TARGET#FINGERPRINT/…} and {@code key/TARGET/PROJECT/…}, with {@code invalid}, {@code
 * disabled}, {@code project}, {@code rest} for all models, {@code rest=MODEL} for one. Thread safe.
 *
 * <p>Health and failures in a row are left out: they tell of the way from here to Google as much as
 * of the key. So is what the configuration puts aside: it says so again at the next start, or does
 * not say so any more. Only what a hand did is told.
 */
final class KeyFacts implements FactSource {
  private static final Logger LOG = LoggerFactory.getLogger(KeyFacts.class);
  private static final String KIND = "key";
  private static final String INVALID = "invalid";
  private static final String DISABLED = "disabled";
  private static final String PROJECT = "project";
  private static final String REST = "rest";
  private static final String REST_OF = REST + "=";
  private static final long MOST_DRIFT_MILLIS = 500;

  /** What a hand has done is kept until a month after the day it is told. */
  private static final long BY_HAND_DAYS = 31;

  private static final long DAY_MILLIS = Duration.ofDays(1).toMillis();

  private final RingStates states;
  private final List<KeyGroup> groups;
  private final TimeSource time;

  /** What was told last of whom, for the state thread alone: most is the same each time. */
  private Map<String, HolderFacts> told = new HashMap<>();

  private long toldOffsetMillis;

  /** Keys by their states; filled when the first project is learned. */
  private final Map<KeyState, ApiKey> byState = new HashMap<>();

  /** What {@code states} hold; projects are learned for the keys of {@code groups}. */
  KeyFacts(RingStates states, List<KeyGroup> groups, TimeSource time) {
    this.states = states;
    this.groups = groups;
    this.time = time;
  }

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public long version() {
    return states.version().get();
  }

  // ---- telling

  @Override
  public void tell(Consumer<Fact> to) {
    heedClock();
    Map<String, HolderFacts> before = told;
    told = new HashMap<>(before.size() * 2);
    forEach(
        (name, state, bucket) -> {
          HolderFacts known = before.get(name);
          if (known != null && known.isSteady() && known.isOf(state, bucket)) {
            told.put(name, known);
            known.facts().values().forEach(to);
          } else if (!HolderFacts.isNothing(state, bucket)) {
            told(name, state, bucket, known).facts().values().forEach(to);
          }
        });
  }

  @Override
  public boolean tellChanges(Consumer<Fact> to, Consumer<String> over) {
    if (heedClock()) {
      return false;
    }
    forEach(
        (name, state, bucket) -> {
          HolderFacts known = told.get(name);
          if (known == null ? !HolderFacts.isNothing(state, bucket) : !known.isOf(state, bucket)) {
            Map<String, Fact> now = told(name, state, bucket, known).facts();
            now.values().forEach(to);
            if (known != null) {
              known.facts().keySet().stream().filter(each -> !now.containsKey(each)).forEach(over);
            }
          }
        });
    return true;
  }

  /** Notes how the clock is; whether what was told before is not to be told again as it was. */
  private boolean heedClock() {
    long offset = time.instant().toEpochMilli() - TimeUnit.NANOSECONDS.toMillis(time.nanoTime());
    boolean wasSetBack = toldOffsetMillis - offset > MOST_DRIFT_MILLIS;
    if (wasSetBack) {
      told.clear();
    }
    if (Math.abs(offset - toldOffsetMillis) > MOST_DRIFT_MILLIS) {
      // A step forward may be a machine that was suspended: it does not lengthen what was told.
      toldOffsetMillis = offset;
    }
    return wasSetBack;
  }

  /** A key with its bucket, or a project. */
  private interface Each {
    void accept(String name, @Nullable KeyState state, QuotaBucket bucket);
  }

  private void forEach(Each to) {
    states.named().forEach((name, state) -> to.accept(name, state, state.bucket()));
    states.namedBuckets().forEach((name, bucket) -> to.accept(name, null, bucket));
  }

  /** Finds out anew what is to be told of {@code name}; rests that were told stay as told. */
  private HolderFacts told(
      String name, @Nullable KeyState state, QuotaBucket bucket, @Nullable HolderFacts known) {
    HolderFacts now = new HolderFacts(state, bucket);
    Cooldown invalid = now.invalid();
    if (invalid != null) {
      put(name, INVALID, invalid, known, now);
    }
    KeyState.Hand hand = now.hand();
    if (hand != null && isTold(now.asConfigured())) {
      // That it was taken back is of interest for as long as another configuration, or an instance
      // that was away, may put it aside, and longer only where that is so here.
      boolean lasts = hand.aside() || now.takenBack();
      long until = lasts ? byHandUntil(time) : hand.untilMillis();
      now.put(new Fact(name(name, DISABLED), fields(hand), until));
    }
    if (!now.project().isEmpty()) {
      Map<String, String> fields = Map.of(PROJECT, now.project());
      now.put(new Fact(name(name, PROJECT), fields, byHandUntil(time)));
    }
    Cooldown whole = now.whole();
    if (whole != null) {
      put(name, REST, whole, known, now);
    }
    for (Cooldown rest : now.models()) {
      put(name, REST_OF, rest, known, now);
    }
    told.put(name, now);
    return now;
  }

  private static Map<String, String> fields(KeyState.Hand hand) {
    String aside = Boolean.toString(hand.aside());
    return hand.atMillis() == 0
        ? Map.of(DISABLED, aside)
        : Map.of(DISABLED, aside, Fact.DECIDED, Long.toString(hand.atMillis()));
  }

  private void put(
      String holder, String what, Cooldown rest, @Nullable HolderFacts known, HolderFacts now) {
    Fact before = known == null ? null : known.of(rest);
    now.put(
        rest,
        before == null ? KeptRest.fact(name(holder, what + rest.model()), rest, time) : before);
  }

  private static String name(String holder, String what) {
    return KIND + "/" + holder + "/" + what;
  }

  /** The same all day, so that it is not told again and again. */
  static long byHandUntil(TimeSource time) {
    long day = time.instant().toEpochMilli() / DAY_MILLIS;
    return (day + BY_HAND_DAYS) * DAY_MILLIS;
  }

  // ---- learning

  @Override
  public boolean learn(Fact fact) {
    Part part = Part.of(fact.name());
    if (part == null) {
      return false;
    }
    change(() -> learn(fact, part));
    return holds(part);
  }

  /** Whether what {@code part} is about is told, unless it ends; so it is once it was learned. */
  private boolean holds(Part part) {
    KeyState state = states.named().get(part.holder());
    return switch (part.what()) {
      case INVALID -> state != null;
      case DISABLED -> state != null && isTold(state.isAsConfigured());
      case PROJECT -> state != null && !state.project().isEmpty();
      default -> part.isRest() && bucket(part) != null;
    };
  }

  /** With others, their configurations may say else. Alone, what is in the file ends with it. */
  private boolean isTold(boolean asConfigured) {
    return !(states.alone() && asConfigured);
  }

  private @Nullable QuotaBucket bucket(Part part) {
    KeyState state = states.named().get(part.holder());
    return state == null ? states.namedBuckets().get(part.holder()) : state.bucket();
  }

  private boolean learn(Fact fact, Part part) {
    KeyState state = states.named().get(part.holder());
    if (part.isRest()) {
      QuotaBucket bucket = bucket(part);
      Cooldown rest = bucket == null ? null : KeptRest.of(fact, part.model(), time);
      return bucket != null && rest != null && bucket.learn(rest, time.nanoTime());
    }
    if (state == null) {
      return false;
    }
    return switch (part.what()) {
      case INVALID -> {
        Cooldown rest = KeptRest.of(fact, "", time);
        yield rest != null && state.learnInvalid(rest);
      }
      case DISABLED -> {
        long at = fact.number(Fact.DECIDED, 0);
        KeyState.Hand done = new KeyState.Hand(isAside(fact), at, fact.untilMillis());
        boolean wasBack = state.takenBack();
        boolean changed = state.learnHand(done);
        if (!wasBack && state.takenBack()) {
          LOG.warn(
              "key {} is in use although disabled_keys lists it: it was enabled by hand since",
              part.holder());
        }
        yield changed;
      }
      case PROJECT -> learnProject(state, fact.field(PROJECT, ""));
      default -> false;
    };
  }

  /** Else somebody has taken it back where a configuration puts it aside. */
  private static boolean isAside(Fact fact) {
    return !fact.field(DISABLED, "").equals("false");
  }

  private boolean learnProject(KeyState state, String project) {
    ApiKey key = project.isEmpty() ? null : ofState().get(state);
    if (key == null) {
      return false;
    }
    // Only a name of the operator's moves the others: without one, this key goes where they are.
    Collection<KeyState> moved = key.project() == null ? List.of(state) : states.keys();
    return states.projects().learn(key, project, moved, time.nanoTime());
  }

  private Map<KeyState, ApiKey> ofState() {
    if (byState.isEmpty()) {
      for (KeyGroup group : groups) {
        group.keys().forEach(key -> byState.putIfAbsent(key.state(), key));
      }
    }
    return byState;
  }

  @Override
  public void forget(Fact fact) {
    Part part = Part.of(fact.name());
    if (part != null) {
      change(() -> forget(fact, part));
    }
  }

  private boolean forget(Fact fact, Part part) {
    KeyState state = states.named().get(part.holder());
    if (part.isRest()) {
      QuotaBucket bucket = bucket(part);
      return bucket != null
          && bucket.forget(part.model(), rest -> KeptRest.covers(fact, rest, time));
    }
    if (state == null) {
      return false;
    }
    return switch (part.what()) {
      case INVALID -> state.forgetInvalid(rest -> KeptRest.covers(fact, rest, time));
      case DISABLED -> state.forgetHand(isAside(fact));
      default -> false;
    };
  }

  @Override
  public boolean knows(Fact fact) {
    Part part = Part.of(fact.name());
    return part != null
        && (states.named().containsKey(part.holder())
            || states.namedBuckets().containsKey(part.holder()));
  }

  private void change(BooleanSupplier change) {
    boolean[] changed = new boolean[1];
    states.version().change(() -> changed[0] = change.getAsBoolean());
    if (changed[0]) {
      states.tell();
    }
  }

  /**
   * What a fact is about.
   *
   * @param holder key or project, as {@link RingStates} names it
   * @param what is known of it
   */
  private record Part(String holder, String what) {
    boolean isRest() {
      return what.equals(REST) || what.startsWith(REST_OF);
    }

    /** The model that rests; empty when all models do. */
    String model() {
      return what.equals(REST) ? "" : what.substring(REST_OF.length());
    }

    /** Of {@code key/HOLDER/WHAT}, where a holder may have a slash and a model may, too. */
    static @Nullable Part of(String name) {
      String rest = name.substring(Math.min(name.length(), KIND.length() + 1));
      int models = rest.indexOf("/" + REST_OF);
      int slash = models >= 0 ? models : rest.lastIndexOf('/');
      return slash <= 0 ? null : new Part(rest.substring(0, slash), rest.substring(slash + 1));
    }
  }
}
