package io.geminirelay.e2e;

import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.GeminiSimulator;
import io.geminirelay.testing.sim.Errors;
import io.geminirelay.testing.sim.Reaction;
import java.util.List;
import java.util.stream.Stream;

/** A gateway with three keys and one client's token, in front of a simulator that knows them. */
record ThreeKeys(GeminiSimulator google, Gateway gateway) implements AutoCloseable {
  static final String TOKEN = "token-of-the-one-client-0000";
  static final List<String> KEYS =
      List.of(
          "AIzaTestKeyNumberOne00000000000000000001",
          "AIzaTestKeyNumberTwo00000000000000000002",
          "AIzaTestKeyNumberThree000000000000000003");

  static ThreeKeys start() throws Exception {
    GeminiSimulator google = GeminiSimulator.plain(new FakeTime());
    for (String key : KEYS) {
      google.key(key, "project-of-" + key);
    }
    String yaml =
        "clients: [{name: fleet, token: "
            + TOKEN
            + "}]\ngroups: [{name: g, target_url: \""
            + google.baseUrl()
            + "\", api_keys: "
            + KEYS
            + "}]\nserver: {port: 0, workers: 1, drain_timeout_secs: 5}\n";
    return new ThreeKeys(google, Gateway.start(yaml));
  }

  /** What Google may have against one key. */
  static Stream<Reaction> refusals() {
    return Stream.of(Errors.tooManyRequestsPerDay(), Errors.keySuspended(), Errors.keyInvalid());
  }

  @Override
  public void close() {
    gateway.close();
    google.close();
  }
}
