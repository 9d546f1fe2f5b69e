package io.geminirelay.testing.sim;

import io.geminirelay.testing.Header;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * An error of Google's API, which takes its form from the request it answers: an object on native
 * paths (under {@code text/event-stream} where events were asked for, still without {@code data:}),
 * a one-element array on OpenAI-compatible ones.
 */
public record GoogleError(
    int code, String status, String message, List<Map<String, Object>> details)
    implements Reaction {

  @Override
  public Answer answer(ReceivedRequest request, Supplier<Answer> usual) {
    return answerTo(request);
  }

  /** The error as an answer to this request. */
  public Answer answerTo(ReceivedRequest request) {
    if (request.isOpenAi()) {
      String body = "[" + text(Json.Style.PRETTY) + "\n]";
      return answer("application/json", body);
    }
    boolean events = request.asksForEvents();
    return answer(
        events ? "text/event-stream" : "application/json; charset=UTF-8",
        text(Json.Style.PRETTY) + "\n");
  }

  /** Status 200 and, as the first thing in the stream, a {@code data:} event with the error. */
  public Reaction asFirstEvent() {
    return (request, usual) -> stream(List.of(event()), request);
  }

  /** Status 200 under {@code text/event-stream}, and the body is the bare JSON error. */
  public Reaction asBareJsonUnderEventStream() {
    return (request, usual) -> stream(List.of(text(Json.Style.PRETTY) + "\n"), request);
  }

  /** After the first {@code pieces} pieces of the usual stream: a {@code data:} event. */
  public Reaction midStreamEvent(int pieces) {
    return (request, usual) -> afterPieces(usual.get(), pieces, event());
  }

  /** After the first {@code pieces} pieces of the usual stream: the bare JSON error. */
  public Reaction midStreamBare(int pieces) {
    return (request, usual) -> afterPieces(usual.get(), pieces, text(Json.Style.PRETTY) + "\n");
  }

  /** The error object as text, without a final newline. */
  public String text(Json.Style style) {
    return Json.write(Map.of("error", object()), style);
  }

  private Map<String, Object> object() {
    return Json.object(
        "code",
        code,
        "message",
        message,
        "status",
        status,
        "details",
        details.isEmpty() ? null : details);
  }

  private String event() {
    return "data: " + text(Json.Style.EVENT) + "\r\n\r\n";
  }

  private Answer answer(String contentType, String body) {
    return Answer.of(code, Dress.headers(contentType), body.getBytes(StandardCharsets.UTF_8));
  }

  private static Answer stream(List<String> pieces, ReceivedRequest request) {
    List<Header> headers = Dress.stream("text/event-stream", request.isOpenAi());
    return Answer.stream(200, headers, Dress.bytes(pieces));
  }

  private static Answer afterPieces(Answer usual, int count, String error) {
    List<byte[]> pieces = new ArrayList<>();
    for (Step step : usual.steps()) {
      if (step instanceof Step.Data data && pieces.size() < count) {
        pieces.add(data.bytes);
      }
    }
    pieces.add(error.getBytes(StandardCharsets.UTF_8));
    return Answer.stream(usual.status(), usual.headers(), pieces);
  }
}
