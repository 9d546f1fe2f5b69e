package io.geminirelay.bench.soak;

import io.geminirelay.testing.GeminiSimulator;
import io.geminirelay.testing.SimulatorOptions;
import io.geminirelay.testing.TestCertificates;
import io.geminirelay.testing.sim.Answer;
import io.geminirelay.testing.sim.Errors;
import io.geminirelay.testing.sim.ReceivedRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;

/**
 * Google three times, a group each: plain HTTP/1.1, plain HTTP/2, TLS. They poison attempts as the
 * plan says, and note in the ledger what came. Thread safe.
 */
final class Upstreams implements AutoCloseable {
  private static final int BIG_EVENTS = 64;
  private static final int BIG_EVENT_CHARS = 32 << 10;

  private final Ledger ledger;
  private final Plan plan;
  private final List<GeminiSimulator> simulators = new ArrayList<>();
  private final Set<String> refused = ConcurrentHashMap.newKeySet();
  private final ConcurrentMap<String, Long> unmarked = new ConcurrentHashMap<>();

  Upstreams(Ledger ledger, Plan plan, TestCertificates certificates) {
    this.ledger = ledger;
    this.plan = plan;
    SimulatorOptions options =
        SimulatorOptions.with(InstantSource.system()).countingOnly().threads(1);
    simulators.add(GeminiSimulator.start(options));
    simulators.add(GeminiSimulator.start(options));
    simulators.add(GeminiSimulator.start(options.tls(certificates)));
    for (int i = 0; i < simulators.size(); i++) {
      String group = Setting.GROUPS.get(i);
      simulators.get(i).script().always((request, usual) -> answer(group, request, usual));
    }
  }

  List<String> targets() {
    return simulators.stream().map(GeminiSimulator::baseUrl).toList();
  }

  /** Has a key refused as one that does not exist, from now on. */
  void refuse(String key) {
    refused.add(key);
  }

  /** Takes it back. */
  void accept(String key) {
    refused.remove(key);
  }

  /** Closes all connections of a group's upstream. */
  void drop(String group) {
    simulators.get(Setting.GROUPS.indexOf(group)).dropConnections();
  }

  /** Connections that are open now. */
  int connections() {
    return simulators.stream().mapToInt(each -> each.journal().openConnections()).sum();
  }

  /** What came and was no HTTP, by upstream. */
  List<String> malformed() {
    return simulators.stream().flatMap(each -> each.journal().malformed().stream()).toList();
  }

  /** Requests that belong to no request of a client, by path. */
  Map<String, Long> unmarked() {
    return unmarked;
  }

  private Answer answer(String group, ReceivedRequest request, Supplier<Answer> usual) {
    String key = request.key();
    Ledger.Entry entry = entryOf(request);
    if (entry == null) {
      unmarked.merge(request.path(), 1L, Long::sum);
      return key != null && refused.contains(key)
          ? Errors.keyInvalid().answerTo(request)
          : usual.get();
    }
    int before = entry.arrivedSoFar();
    Toxin toxin = plan.toxin(entry, before, group, System.nanoTime());
    entry.arrived(new Ledger.Arrival(group, request.connection(), key, toxin, System.nanoTime()));
    if (key != null && refused.contains(key)) {
      return Errors.keyInvalid().answerTo(request);
    }
    String model = entry.kind == Kind.QUOTA ? Kind.QUOTA_MODEL : "gemini-2.5-flash";
    return toxin.answer(request, () -> dressed(entry, usual), model);
  }

  private Ledger.@org.jspecify.annotations.Nullable Entry entryOf(ReceivedRequest request) {
    int id = Ledger.idIn(request.header("x-request-id"));
    if (id < 0) {
      String body = request.bodyText();
      id = Ledger.idIn(body.substring(0, Math.min(body.length(), 2_000)));
    }
    return ledger.of(id);
  }

  private static Answer dressed(Ledger.Entry entry, Supplier<Answer> usual) {
    return switch (entry.kind) {
      case LONG, LEAVER -> usual.get().paced(Duration.ofMillis(40));
      case THINKING -> usual.get().delayed(Duration.ofMillis(1_200));
      case NARROW -> usual.get().delayed(Duration.ofMillis(NARROW_MILLIS));
      case SSE, CHAT_STREAM, GENERATE -> usual.get().paced(Duration.ofMillis(5));
      case SLOW_READER -> big(entry);
      default -> usual.get();
    };
  }

  /** For so long, for sure, an attempt of {@link Kind#NARROW} is under way. */
  static final int NARROW_MILLIS = 400;

  private static Answer big(Ledger.Entry entry) {
    List<byte[]> pieces = new ArrayList<>();
    for (int i = 0; i < BIG_EVENTS; i++) {
      String event =
          "data: {\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[{\"text\":\"%s %s\"}]}%s}]}\r\n\r\n"
              .formatted(
                  Ledger.mark(entry.id),
                  "y".repeat(BIG_EVENT_CHARS),
                  i == BIG_EVENTS - 1 ? ",\"finishReason\":\"STOP\"" : "");
      pieces.add(event.getBytes(StandardCharsets.UTF_8));
    }
    return Answer.stream(
        200, io.geminirelay.testing.Header.list("content-type", "text/event-stream"), pieces);
  }

  @Override
  public void close() {
    simulators.forEach(GeminiSimulator::close);
  }
}
