package io.geminirelay.e2e;

import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.GeminiSimulator;
import io.geminirelay.testing.Header;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestClient;
import io.geminirelay.testing.sim.Reaction;
import io.geminirelay.testing.sim.ReceivedRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A gateway with three keys of which one, whichever is asked first, gets an answer that a test
 * chose: what follows shows what that answer was taken for. Time stands still until it is moved.
 */
final class OutcomeRig implements AutoCloseable {
  static final String OTHER_MODEL = "/v1beta/models/gemini-2.0-flash:generateContent";

  private static final String ADMIN = "open-sesame-open-sesame";
  private static final int ROUND = 9;

  private final FakeTime time = new FakeTime();
  private final AtomicReference<@Nullable String> first = new AtomicReference<>();
  private final Rig rig;

  OutcomeRig(String... settings) throws Exception {
    List<String> all = new ArrayList<>(List.of(settings));
    all.add("server.admin_token: " + ADMIN);
    // Nobody waits for a key here: what is not served at once is refused.
    all.add("max_wait_secs: 0");
    this.rig = Rig.of(GeminiSimulator.plain(time), time, "", 3, all.toArray(String[]::new));
  }

  /** From now on the key that is asked next gets {@code answer}, and the others are served. */
  void oneKeyGets(Reaction answer) {
    first.set(null);
    rig.script()
        .clear()
        .always(
            (request, usual) -> {
              first.compareAndSet(null, request.key());
              return isFirst(request.key()) ? answer.answer(request, usual) : usual.get();
            });
  }

  void everyKeyGets(Reaction answer) {
    rig.script().clear().always(answer);
  }

  private boolean isFirst(@Nullable String key) {
    return key != null && key.equals(first.get());
  }

  Rig rig() {
    return rig;
  }

  void pass(Duration span) {
    time.advance(span);
  }

  /** How often that key was asked, and how often the others, as in {@code 3+1}. */
  String attempts() {
    long own = rig.journal().requests().stream().filter(r -> isFirst(r.key())).count();
    return own + "+" + (rig.journal().requestCount() - own);
  }

  /** Asks, from an empty journal. */
  Response ask(String path, String body) {
    rig.journal().clear();
    return rig.post(path, body);
  }

  /** The keys that as many requests as make three rounds are sent with; all must be served. */
  private Set<String> keysOfARound(String path) {
    Set<String> keys = new LinkedHashSet<>();
    rig.journal().clear();
    for (int i = 0; i < ROUND; i++) {
      Response answer = rig.post(path, Rig.BODY);
      if (answer.status() != 200) {
        throw new AssertionError("request " + i + " after the outcome: " + answer);
      }
    }
    for (ReceivedRequest request : rig.journal().requests()) {
      keys.add(String.valueOf(request.key()));
    }
    return keys;
  }

  /** Whether the key is used on for the same model. */
  boolean usesOn() {
    return keysOfARound(Rig.UNARY).contains(first.get());
  }

  /** Whether the key is used on for another model. */
  boolean usesOnForAnotherModel() {
    return keysOfARound(OTHER_MODEL).contains(first.get());
  }

  /** The page on which the operator sees the states of the keys. */
  String health() {
    try (TestClient client = TestClient.connect(rig.port())) {
      return client
          .exchange(
              "GET", "/health/detailed", Header.list("authorization", "Bearer " + ADMIN), null)
          .text();
    }
  }

  @Override
  public void close() {
    rig.close();
  }
}
