package io.geminirelay.base.exchange;

import io.geminirelay.base.config.ClientConfig;
import io.geminirelay.base.config.Secret;
import io.geminirelay.base.fault.Fault;
import io.geminirelay.base.scan.StreamScanner;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.AttributeKey;
import java.net.InetAddress;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One request and its answer, from the head to the settlement: what every stage may know about it.
 *
 * <p>Made by the first stage, found by the others under {@link #KEY} of the client's channel, and
 * touched on that channel's event loop alone.
 */
public final class Exchange {
  /** Where a client channel keeps its exchange in flight. */
  public static final AttributeKey<Exchange> KEY = AttributeKey.valueOf(Exchange.class, "exchange");

  /** What is kept of a request that is over. */
  private static final HttpRequest ANSWERED =
      new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "", EmptyHttpHeaders.INSTANCE);

  /** A number that is not known. */
  private static final long UNKNOWN = -1;

  private final String id;
  private final long startNanos;
  private final Trail trail = new Trail();

  private Route route = Route.UNKNOWN;
  private String uri;
  private String model = "";
  private boolean generating;
  private boolean eventsWanted;
  private HttpRequest head;
  private HttpRequest request;
  private @Nullable Secret ownKey;
  private @Nullable Secret keyInUse;
  private @Nullable ClientConfig client;
  private @Nullable Fault fault;
  private long inputTokens = UNKNOWN;
  private long bodyBytes;
  private int attempts;
  private @Nullable Function<HttpRequest, Caller> callers;
  private @Nullable Caller caller;
  private @Nullable StreamScanner answer;
  private @Nullable Consumer<Exchange> ending;
  private @Nullable String traceParent;
  private boolean traced;
  private boolean local;
  private long answerNanos;

  /**
   * Opens an exchange.
   *
   * @param id request id, the client's own or a new one
   * @param head the client's request head as it came
   * @param startNanos {@link TimeSource#nanoTime()} when the head was complete
   */
  public Exchange(String id, HttpRequest head, long startNanos) {
    this.id = id;
    this.head = head;
    this.startNanos = startNanos;
    this.uri = head.uri();
    this.request = head;
  }

  /** The request id: 1 to 128 visible ASCII characters. */
  public String id() {
    return id;
  }

  /** Where the request stands in a trace; see {@link TraceParent}. */
  public String traceParent() {
    String known = traceParent;
    if (known == null) {
      known = TraceParent.of(head.headers(), id);
      traceParent = known;
    }
    return known;
  }

  /** The id of the trace that the request belongs to: 32 hexadecimal digits. */
  public String traceId() {
    return TraceParent.traceId(traceParent(), id);
  }

  /** The client's request head as it came, not changed by any stage; see {@link #requestOver}. */
  public HttpRequest head() {
    return head;
  }

  /** When the head was complete, on the scale of {@link TimeSource#nanoTime()}. */
  public long startNanos() {
    return startNanos;
  }

  /**
   * Records what the path means.
   *
   * @param route meaning of the path
   * @param uri path and query on Google's side, without the client's credentials
   * @param model model named by the path, or empty when it is in the body or nowhere
   * @param generating whether a success has to hold an answer of a model
   */
  public void classified(Route route, String uri, String model, boolean generating) {
    this.route = route;
    this.uri = uri;
    this.model = model;
    this.generating = generating;
  }

  /** Meaning of the path; {@link Route#UNKNOWN} until classified. */
  public Route route() {
    return route;
  }

  /** Path and query on Google's side, without the client's credentials. */
  public String uri() {
    return uri;
  }

  /** The model asked for, without a {@code models/} prefix; empty when none is named (yet). */
  public String model() {
    return model;
  }

  /** Records the model found in the body. */
  public void model(String model) {
    this.model = model;
  }

  /** Whether a success has to hold an answer of a model, so that an empty one is a failure. */
  public boolean generating() {
    return generating;
  }

  /**
   * Records what a request in a form of the gateway's own asks of Google.
   *
   * @param request head with the length of the body that goes upstream
   * @param uri path and query on Google's side
   * @param model model asked for
   */
  public void interpreted(HttpRequest request, String uri, String model) {
    this.request = request;
    this.uri = uri;
    this.model = model;
    this.generating = true;
  }

  /** Whether an interpreted answer goes to the client as server-sent events. */
  public boolean eventsWanted() {
    return eventsWanted;
  }

  /** Records that the client reads server-sent events, whatever form Google's answer has. */
  public void wantEvents() {
    this.eventsWanted = true;
  }

  /** The head that upstream heads are built from: the client's own, unless it was interpreted. */
  public HttpRequest request() {
    return request;
  }

  /** A key that the client brought for this one request, or null. */
  public @Nullable Secret ownKey() {
    return ownKey;
  }

  /** Records a key that is the client's own: used for this exchange and forgotten with it. */
  public void ownKey(Secret key) {
    this.ownKey = key;
  }

  /** The key that the answer was given for; null before there is an answer of Google's. */
  public @Nullable Secret keyInUse() {
    return keyInUse;
  }

  /** Records the key of the answer that goes to the client, before its head is written. */
  public void keyInUse(Secret key) {
    this.keyInUse = key;
  }

  /** Who calls; null before authentication and where none is configured. */
  public @Nullable ClientConfig client() {
    return client;
  }

  /** Records who calls. */
  public void client(ClientConfig client) {
    this.client = client;
  }

  /** Input tokens as counted here; negative where they were not. */
  public long inputTokens() {
    return inputTokens;
  }

  /** Records how many input tokens the request holds. */
  public void inputTokens(long tokens) {
    this.inputTokens = tokens;
  }

  /** Bytes of the body that goes upstream, as far as was known when the first key was sought. */
  public long bodyBytes() {
    return bodyBytes;
  }

  /** Records how long the body is that goes upstream. */
  public void bodyBytes(long bytes) {
    this.bodyBytes = bytes;
  }

  /** Records who can tell where the request came from; asked once, when somebody needs it. */
  public void from(Function<HttpRequest, Caller> callers) {
    this.callers = callers;
  }

  /** Where the request came from and how; {@link Caller#UNKNOWN} where nobody can tell. */
  public Caller caller() {
    Caller known = caller;
    if (known == null) {
      known = callers == null ? Caller.UNKNOWN : callers.apply(head);
      caller = known;
    }
    return known;
  }

  /** The client's own address, whatever proxies it came through; null where nobody can tell. */
  public @Nullable InetAddress clientAddress() {
    return caller().address();
  }

  /**
   * What is known of the answer that goes to the client, token counts among it; null before one was
   * chosen, and where it is an error. Grows while the answer passes, if it is one of a model; of
   * others nothing gets known.
   */
  public @Nullable StreamScanner answer() {
    return answer;
  }

  /** Records who reads the answer along that goes to the client. */
  public void answer(StreamScanner answer) {
    this.answer = answer;
  }

  /** Has {@code ending} told when this exchange is over, however it ends, after those before it. */
  public void whenClosed(Consumer<Exchange> ending) {
    this.ending = this.ending == null ? ending : this.ending.andThen(ending);
  }

  /** Says that the exchange is over; for the settlement, which does it once. */
  public void closed() {
    Consumer<Exchange> told = ending;
    ending = null;
    if (told != null) {
      told.accept(this);
    }
  }

  /**
   * Says that the request was sent whole and that the answer to it is on its way to the client:
   * nobody asks for its headers or its path any more, which would be held as long as the answer
   * takes.
   */
  public void requestOver() {
    // Only where the bare head below tells the same of the rest.
    if (HttpMethod.POST.equals(head.method())
        && HttpVersion.HTTP_1_1.equals(head.protocolVersion())) {
      // What is derived from the headers is, now or never.
      traceParent();
      caller();
      callers = null;
      head = ANSWERED;
      request = ANSWERED;
      uri = "";
    }
  }

  /** Attempts made so far. */
  public int attempts() {
    return attempts;
  }

  /** Counts one more attempt and returns their number. */
  public int countAttempt() {
    return ++attempts;
  }

  /** The fault the client was told of, or null. */
  public @Nullable Fault fault() {
    return fault;
  }

  /** Records the fault the client is told of; the first one stays. */
  public void failed(Fault fault) {
    if (this.fault == null) {
      this.fault = fault;
      trail.over(fault.kind().reason());
    }
  }

  /** What happened on the way upstream. */
  public Trail trail() {
    return trail;
  }

  /** Whether the client is told the trail with its answer. */
  public boolean traced() {
    return traced;
  }

  /** Records that the client asked for the trail and has a right to it. */
  public void trace() {
    traced = true;
  }

  /** Whether the gateway answers by itself. */
  public boolean local() {
    return local;
  }

  /** Records that the gateway answers by itself. */
  public void answerLocally() {
    local = true;
  }

  /** Records when the head of the answer went to the client, for the first time. */
  public void answering(long now) {
    if (answerNanos == 0) {
      answerNanos = now - startNanos;
    }
  }

  /** Nanoseconds from the request's head to that of the answer; 0 while there is none. */
  public long answerNanos() {
    return answerNanos;
  }
}
