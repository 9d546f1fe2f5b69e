package io.geminirelay.flow.keys;

import io.geminirelay.base.config.Destination;
import io.geminirelay.base.config.GroupConfig.KeyConfig;
import io.geminirelay.base.config.Secret;
import io.geminirelay.base.exchange.Route;
import io.netty.util.AsciiString;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One key in rotation: its credential in the forms the wire wants, where it leads, and its live
 * state. Thread safe; made when the configuration is built.
 */
public final class ApiKey {
  private final Place place;
  private final KeyConfig config;
  private final String name;
  private final List<Destination> destinations;
  private final KeyState state;
  private final QuotaBucket bucket;
  private final AsciiString credential;
  private final AsciiString bearer;

  /**
   * Where a key stands in the configuration.
   *
   * @param index number in the ring, from 0
   * @param group name of its group
   * @param number number in its group, from 1; 0 for a key that a client brought
   * @param models names that the group lists, each with the model it is sent as
   */
  record Place(int index, String group, int number, Map<String, String> models) {
    boolean isClients() {
      return number == 0;
    }
  }

  ApiKey(
      Place place,
      KeyConfig config,
      List<Destination> destinations,
      KeyState state,
      QuotaBucket bucket) {
    this.place = place;
    this.config = config;
    // A client's own key is not told apart from any other, not even by its fingerprint.
    this.name =
        place.group() + "/" + (place.isClients() ? "own" : place.number() + "" + config.key());
    this.destinations = destinations;
    this.state = state;
    this.bucket = bucket;
    this.credential = AsciiString.cached(config.key().reveal());
    this.bearer = AsciiString.cached("Bearer " + config.key().reveal());
  }

  /** Number in the ring, from 0; means nothing in another ring. */
  public int index() {
    return place.index();
  }

  /** Name of the key's group. */
  public String group() {
    return place.group();
  }

  /**
   * The model that a request for {@code asked} is sent as with this key: another one where the
   * group has an alias of that name. Quota, rests and breakers count by it.
   */
  public String modelFor(String asked) {
    Map<String, String> models = place.models();
    return models.isEmpty() ? asked : models.getOrDefault(asked, asked);
  }

  /** How the key is shown: {@code group/number#fingerprint}, or {@code group/own}. */
  public String name() {
    return name;
  }

  /** The credential. */
  public Secret secret() {
    return config.key();
  }

  /** The configured Google project, or null. */
  public @Nullable String project() {
    return config.project();
  }

  /** The configured share of requests, 1 to 100. */
  public int weight() {
    return config.weight();
  }

  /** Where requests with this key go, by the exit that is preferred. */
  public Destination destination() {
    return destinations.get(0);
  }

  /** The same target through every exit the key may use, in order of preference; at least one. */
  public List<Destination> destinations() {
    return destinations;
  }

  /**
   * Value of the header that carries the key: of {@code Authorization} in OpenAI's dialect, else of
   * {@code x-goog-api-key}. For the wire alone.
   */
  public AsciiString credential(Route.Dialect dialect) {
    return dialect == Route.Dialect.OPENAI ? bearer : credential;
  }

  /** The key-wide state, shared by all entries of the same key. */
  public KeyState state() {
    return state;
  }

  /** The quota it draws on, shared by all keys of its project. */
  public QuotaBucket bucket() {
    return bucket;
  }

  /** Health of the key at {@code nanoTime} of the time source, 0.0 to 1.0. */
  public double health(long nanoTime) {
    return state.health(nanoTime);
  }

  /** Whether anybody may use the key for {@code model} now. */
  boolean usable(String model) {
    return !state.disabled()
        && state.invalidity() == null
        && state.failing() == null
        && bucket.whole() == null
        && bucket.cooldown(model) == null;
  }

  /** What keeps the key from serving {@code model} now, but for the operator's hand. */
  Rests rests(String model) {
    return new Rests(state.invalidity(), state.failing(), bucket.whole(), bucket.cooldown(model));
  }

  @Override
  public String toString() {
    return name;
  }
}
