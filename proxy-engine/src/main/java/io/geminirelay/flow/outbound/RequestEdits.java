package io.geminirelay.flow.outbound;

import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.exchange.Route;
import io.geminirelay.base.scan.EditPoints;
import io.geminirelay.flow.keys.ApiKey;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What may have to be edited in one request: finds the places once, while the body arrives, and
 * tells for each key what an attempt with it sends otherwise.
 *
 * <p>That a member is missing is known at the end of the body only: until then the edit is {@link
 * #isPending() pending}. Where a place is in doubt the body passes as it is. Runs on the client's
 * event loop; borrows buffers for the call alone.
 */
final class RequestEdits {
  private final Exchange exchange;
  private final Edits edits;
  private @Nullable EditPoints points;
  private boolean ended;

  private RequestEdits(Exchange exchange, Edits edits) {
    this.exchange = exchange;
    this.edits = edits;
    this.points = hasJsonBody(exchange) ? new EditPoints() : null;
  }

  /** The edits of {@code exchange}, or null if there can be none. */
  static @Nullable RequestEdits of(Exchange exchange, Edits edits) {
    boolean topP = edits.addTopP() && exchange.generating();
    return topP || edits.mayRename(exchange.model()) ? new RequestEdits(exchange, edits) : null;
  }

  private static boolean hasJsonBody(Exchange exchange) {
    HttpMethod method = exchange.head().method();
    return switch (exchange.route()) {
      case NATIVE, OPENAI, GENERATE, SIMPLE ->
          !HttpMethod.GET.equals(method) && !HttpMethod.HEAD.equals(method);
      default -> false;
    };
  }

  /** Reads the next bytes of the body. Borrows. */
  void look(ByteBuf piece) {
    if (!isPending()) {
      points = null;
    } else if (points != null) {
      points.look(piece, piece.readerIndex(), piece.writerIndex());
    }
  }

  /** Says that the body has ended. */
  void end() {
    ended = true;
    if (points != null) {
      points.end();
    }
  }

  /** Whether the body has to be awaited, because what follows decides about an edit. */
  boolean isPending() {
    if (points == null || ended || points.isLost()) {
      return false;
    }
    return edits.mayRename(exchange.model()) || mayLackTopP(points);
  }

  private boolean mayLackTopP(EditPoints found) {
    if (!edits.addTopP() || !exchange.generating()) {
      return false;
    }
    return isOpenAi() ? found.mayLackOpenAiTopP() : found.mayLackNativeTopP();
  }

  private boolean isOpenAi() {
    return exchange.route().dialect() == Route.Dialect.OPENAI;
  }

  /**
   * Whether the body names a model by an alias and cannot be edited: it names it twice, or is not
   * whole JSON. To be asked at the end of the body.
   */
  boolean isStuck() {
    if (!edits.mayRename(exchange.model())) {
      return false;
    }
    return points == null || points.names().isEmpty();
  }

  /** What an attempt with {@code key} sends otherwise, or null. */
  @Nullable AttemptEdit with(ApiKey key) {
    String asked = exchange.model();
    String sent = key.modelFor(asked);
    ModelAlias alias = sent.equals(asked) ? null : new ModelAlias(asked, sent);
    TopP topP = exchange.generating() ? edits.topP(key) : null;
    List<BodySplice.Edit> found =
        points == null ? List.of() : EditChoice.of(points, alias, topP, isOpenAi());
    if (alias == null && found.isEmpty()) {
      return null;
    }
    String uri = alias == null ? exchange.uri() : alias.inUri(exchange.uri());
    return new AttemptEdit(uri, found.isEmpty() ? null : new BodySplice(found));
  }
}
