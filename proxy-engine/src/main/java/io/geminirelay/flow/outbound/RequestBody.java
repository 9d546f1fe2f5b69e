package io.geminirelay.flow.outbound;

import io.geminirelay.base.config.ClientConfig;
import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.exchange.HoldBudget;
import io.geminirelay.base.exchange.KeptBody;
import io.geminirelay.base.exchange.ReadGate;
import io.geminirelay.base.exchange.Route;
import io.geminirelay.base.scan.ModelScanner;
import io.geminirelay.flow.keys.ApiKey;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpUtil;
import org.jspecify.annotations.Nullable;

/**
 * The request's body on its way in: kept, looked through for its model, and slowed down to the pace
 * of the upstream connection.
 *
 * <p>Owns the {@link KeptBody}. Runs on the client's event loop.
 */
final class RequestBody {
  /** A body this long is sent on while it still arrives; shorter ones are awaited whole. */
  private static final int START_BYTES = 64 * 1024;

  private final Exchange exchange;
  private final KeptBody kept;
  private final ReadGate gate;
  private final @Nullable ModelScanner models;
  private final boolean confined;
  private final @Nullable RequestEdits edits;
  private final HoldBudget budget;
  private long heldBytes;
  private long waitingBytes;
  private boolean waiting;
  private boolean overBudget;

  RequestBody(ChannelHandlerContext client, Exchange exchange, int maxReplayBytes, Edits edits) {
    this.exchange = exchange;
    this.kept = new KeptBody(client.alloc(), maxReplayBytes, edits.budget().replay());
    this.gate = ReadGate.of(client.channel());
    boolean named = !exchange.model().isEmpty();
    HttpMethod method = exchange.head().method();
    boolean posted = !HttpMethod.GET.equals(method) && !HttpMethod.HEAD.equals(method);
    boolean bodied = exchange.route() == Route.OPENAI || exchange.route() == Route.NATIVE;
    this.models = !named && posted && bodied ? new ModelScanner() : null;
    ClientConfig caller = exchange.client();
    this.confined = models != null && caller != null && !caller.models().isEmpty();
    this.edits = RequestEdits.of(exchange, edits);
    this.budget = edits.budget();
  }

  KeptBody kept() {
    return kept;
  }

  /** Length of the whole body: as it was announced, or what has come of it so far. */
  long expectedBytes() {
    long announced = kept.isComplete() ? 0 : HttpUtil.getContentLength(exchange.request(), 0L);
    return Math.max(announced, kept.sizeBytes());
  }

  /** Whether the client asked for a stream in the body. */
  boolean asksForStream() {
    return models != null && models.streaming();
  }

  /** Whether the body names its model more than once, or may still do so out of our sight. */
  boolean isAmbiguous() {
    return models != null && (models.modelRepeated() || (confined && !kept.isComplete()));
  }

  /** Adds the next piece. Takes ownership. */
  void take(ByteBuf piece) {
    if (models != null) {
      models.look(piece, piece.readerIndex(), piece.writerIndex());
    }
    if (edits != null) {
      edits.look(piece);
    }
    int length = piece.readableBytes();
    kept.take(piece);
    // This one has to be there whole, and there is no room for it.
    overBudget |= confined && kept.isStarved();
    if (kept.isOverCap() && awaitsEdit()) {
      hold(length);
    } else if (waiting) {
      holdWaiting(length);
    }
  }

  /**
   * Begins a wait for a key: what is here and what still comes counts among what may be held.
   *
   * @return whether there is room for it
   */
  boolean holdWaiting() {
    waiting = true;
    return holdWaiting(kept.sizeBytes() - heldBytes);
  }

  private boolean holdWaiting(long length) {
    if (overBudget || !budget.hold(length)) {
      overBudget = true;
      return false;
    }
    waitingBytes += length;
    return true;
  }

  /** Ends the wait for a key. */
  void freeWaiting() {
    waiting = false;
    budget.free(waitingBytes);
    waitingBytes = 0;
  }

  private void hold(int length) {
    if (overBudget || !budget.hold(length)) {
      overBudget = true;
    } else {
      heldBytes += length;
    }
  }

  /** Whether too many bytes of bodies wait, for an edit or a key, for this one to wait as well. */
  boolean isOverBudget() {
    return overBudget;
  }

  /** Says that no more pieces follow. */
  void complete() {
    kept.complete();
    if (models != null && models.state() == ModelScanner.State.SEARCHING) {
      models.end();
    }
    if (edits != null) {
      edits.end();
    }
  }

  /** Whether enough is known of the request to choose a key for it. */
  boolean isReady() {
    if (models != null && models.model() != null) {
      exchange.model(stripped(models.model()));
    }
    if (awaitsEdit()) {
      return false;
    }
    if (kept.isComplete() || kept.isOverCap()) {
      return true;
    }
    if (confined) {
      // A second model further on would make the first one a lie.
      return false;
    }
    boolean searching = models != null && models.state() == ModelScanner.State.SEARCHING;
    return kept.sizeBytes() >= START_BYTES && !searching;
  }

  /** Whether the body names a model of the operator's own that cannot be replaced in it. */
  boolean hidesModel() {
    boolean named = models != null && models.model() != null;
    return named && edits != null && edits.isStuck();
  }

  /** Whether a body of any length has to be there whole, since its end decides about an edit. */
  private boolean awaitsEdit() {
    return edits != null && edits.isPending();
  }

  /** What an attempt with {@code key} sends otherwise than the client did, or null. */
  @Nullable AttemptEdit editWith(ApiKey key) {
    return edits == null ? null : edits.with(key);
  }

  private static String stripped(String model) {
    return model.startsWith("models/") ? model.substring("models/".length()) : model;
  }

  /**
   * Reads on from the client, or waits: a body over its cap may not run ahead of the connection,
   * once there is one to be had.
   */
  void pace(@Nullable Attempt attempt) {
    if (kept.isLetGo()) {
      freeHeld();
    }
    boolean full = attempt == null || attempt.isFull();
    boolean ahead = kept.isOverCap() && full && !awaitsEdit();
    if (ahead) {
      gate.pause(ReadGate.Reason.UPSTREAM_FULL);
    } else {
      gate.resume(ReadGate.Reason.UPSTREAM_FULL);
    }
  }

  private void freeHeld() {
    budget.free(heldBytes);
    heldBytes = 0;
  }

  void release() {
    kept.release();
    freeHeld();
    freeWaiting();
    gate.resume(ReadGate.Reason.UPSTREAM_FULL);
  }
}
