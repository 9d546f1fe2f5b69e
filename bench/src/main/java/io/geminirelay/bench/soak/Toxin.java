package io.geminirelay.bench.soak;

import io.geminirelay.testing.sim.Answer;
import io.geminirelay.testing.sim.Errors;
import io.geminirelay.testing.sim.ReceivedRequest;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/** What an upstream does to one attempt. */
enum Toxin {
  NONE(0, false),
  /** Comes in the smallest pieces. */
  DRIP(3, false),
  INFORM(3, false),
  SPLIT(3, false),
  GOING_AWAY(2, false),
  RESET_BEFORE(4, false),
  CLOSE_BEFORE(4, false),
  STALL_BEFORE(1, false),
  ERROR_500(4, false),
  ERROR_502(3, false),
  ERROR_503(4, false),
  ERROR_504(2, false),
  /** Names a limit and a delay of a second; not where keys have to be good. */
  QUOTA(3, false),
  /** Names nothing. */
  BARE_QUOTA(1, false),
  EMPTY(3, false),
  NOT_HTTP(2, false),
  /** HTTP/2 only; others close. */
  REFUSED_STREAM(2, false),
  GOING_AWAY_REFUSED(2, false),
  RESET_AFTER_HEAD(2, true),
  RESET_AMID(4, true),
  CUT_AMID(4, true),
  STALL_AMID(1, true);

  private static final List<Toxin> ALL = List.of(values());
  private static final int SUM = ALL.stream().mapToInt(each -> each.weight).sum();

  private final int weight;
  private final boolean breaks;

  Toxin(int weight, boolean breaks) {
    this.weight = weight;
    this.breaks = breaks;
  }

  /** The toxin at this place of a wheel of all but {@link #NONE}. */
  static Toxin at(int place) {
    int at = Math.floorMod(place, SUM);
    for (Toxin each : ALL) {
      at -= each.weight;
      if (at < 0) {
        return each;
      }
    }
    throw new IllegalStateException();
  }

  /** Whether the answer breaks off once it has begun, which cannot be mended if it has gone out. */
  boolean breaks() {
    return breaks;
  }

  /** Whether it is the key that is refused, which may have to rest. */
  boolean blamesKey() {
    return this == QUOTA || this == BARE_QUOTA || this == EMPTY;
  }

  /** What the upstream answers with. */
  Answer answer(ReceivedRequest request, Supplier<Answer> usual, String model) {
    boolean http2 = request.protocol().equals("HTTP/2");
    return switch (this) {
      case NONE -> usual.get();
      case DRIP -> usual.get().dripping(16, Duration.ofNanos(200_000));
      case INFORM -> usual.get().informing(103).informing(103);
      case SPLIT -> usual.get().splitRandomly(request.bodyText().hashCode());
      case GOING_AWAY -> http2 ? usual.get().goingAway(0) : usual.get().closing();
      case RESET_BEFORE -> http2 ? usual.get().resetStream(2) : usual.get().resetBeforeHead();
      case CLOSE_BEFORE -> http2 ? usual.get().resetStream(2) : usual.get().closeBeforeHead();
      case STALL_BEFORE -> Answer.never();
      case ERROR_500 -> Errors.internal500().answerTo(request);
      case ERROR_502 -> Errors.badGateway502().answer(request, usual);
      case ERROR_503 -> Errors.overloaded503().answerTo(request);
      case ERROR_504 -> Errors.gatewayTimeout504().answerTo(request);
      case QUOTA -> Errors.tooManyRequestsPerMinute(model, 1).answerTo(request);
      case BARE_QUOTA -> Errors.tooManyRequestsNoDetail().answerTo(request);
      case EMPTY -> Errors.emptyOk().answer(request, usual);
      case NOT_HTTP ->
          http2
              ? usual.get().resetStream(1)
              : Answer.raw("SSH-2.0-nobody\r\n".getBytes(java.nio.charset.StandardCharsets.UTF_8));
      case REFUSED_STREAM -> http2 ? usual.get().resetStream(7) : usual.get().closeBeforeHead();
      case GOING_AWAY_REFUSED ->
          http2 ? usual.get().goingAwayRefused(0) : usual.get().closeBeforeHead();
      case RESET_AFTER_HEAD ->
          http2 ? usual.get().resetStreamAfter(0, 2) : usual.get().resetAfterHead();
      case RESET_AMID -> {
        Answer whole = usual.get();
        long half = whole.body().length / 2;
        yield http2 ? whole.resetStreamAfter(half, 2) : whole.resetAfter(half);
      }
      case CUT_AMID -> {
        Answer whole = usual.get();
        long half = whole.body().length / 2;
        yield http2 ? whole.resetStreamAfter(half, 0) : whole.cutAfter(half);
      }
      case STALL_AMID -> {
        Answer whole = usual.get();
        yield whole.stallAfter(whole.body().length / 2);
      }
    };
  }
}
