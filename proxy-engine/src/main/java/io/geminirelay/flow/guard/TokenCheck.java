package io.geminirelay.flow.guard;

import io.geminirelay.base.scan.MediaMention;
import io.geminirelay.base.tokens.BrokenBody;
import io.geminirelay.base.tokens.PromptForm;
import io.geminirelay.base.tokens.TokenWalk;
import io.netty.buffer.ByteBuf;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Finds out whether a request's body has more tokens than allowed, as cheaply as its bytes let it.
 *
 * <p>A token spans at least one byte, and only media are worth more than theirs. So a body no
 * longer than the limit, in which no media are named, passes after one search. Any other is counted
 * while it comes. One that is no JSON, not even Google's, is counted as the text it is, with all
 * the media it mentions: whether to refuse it is Google's business. What takes long is done in
 * slices, between which the event loop is free for others. Owns no bytes; not thread-safe.
 */
final class TokenCheck {
  private enum State {
    /** Short so far, no media seen; next: COUNTING. */
    SEARCHING,
    /** The parser counts; next: COUNTING_BYTES. */
    COUNTING,
    /** No JSON: all bytes are one text, and what it mentions are media; final. */
    COUNTING_BYTES
  }

  /** At most a few milliseconds of an event loop with an estimate, some ten with a vocabulary. */
  private static final int SLICE_BYTES = 256 << 10;

  private final TokenLimit limit;
  private final PromptForm form;
  private final String model;
  private final long announcedBytes;
  private final MediaMention mention = new MediaMention();

  private State state = State.SEARCHING;
  private long seenBytes;
  private @Nullable TokenWalk walk;
  private @Nullable BrokenBody bytes;

  /**
   * Begins with a body.
   *
   * @param limit tokens at most
   * @param form the dialect of the body
   * @param model the model asked for, or empty where the body names it
   * @param announcedBytes length of the body, or a negative number where it is not known
   */
  TokenCheck(TokenLimit limit, PromptForm form, String model, long announcedBytes) {
    this.limit = limit;
    this.announcedBytes = announcedBytes;
    this.form = form;
    this.model = model;
  }

  /**
   * Reads on in {@code held}, for a slice at most, and not behind the limit.
   *
   * @return whether all that is held has been read; if not, and the limit is not passed, this is to
   *     be called again
   */
  boolean read(HeldRequest held) {
    boolean all = true;
    if (state == State.SEARCHING) {
      all = held.read(this::search, SLICE_BYTES);
    }
    if (state == State.SEARCHING && !mustCount()) {
      return all;
    }
    if (state == State.SEARCHING) {
      begin(held);
    }
    if (state == State.COUNTING) {
      all = held.read(this::count, SLICE_BYTES);
      if (walk().malformed()) {
        countBytes(held);
      }
    }
    return state == State.COUNTING_BYTES ? held.read(this::countBytes, SLICE_BYTES) : all;
  }

  private boolean search(ByteBuf piece, int from, int to) {
    seenBytes += to - from;
    return !mustCount() && !mention.look(piece, from, to);
  }

  private boolean mustCount() {
    // Media in interactions have no names that could be searched for.
    return form == PromptForm.INTERACTION
        || announcedBytes > limit.tokens()
        || seenBytes > limit.tokens()
        || mention.found();
  }

  private boolean count(ByteBuf piece, int from, int to) {
    walk().look(piece, from, to);
    return !walk().malformed() && !isOver();
  }

  private boolean countBytes(ByteBuf piece, int from, int to) {
    bytes().look(piece, from, to);
    return !isOver();
  }

  private void begin(HeldRequest held) {
    state = State.COUNTING;
    walk = new TokenWalk(limit.counters().get(), form, model, limit::modelOf);
    held.rewind();
  }

  private void countBytes(HeldRequest held) {
    state = State.COUNTING_BYTES;
    bytes = walk().asBroken();
    held.rewind();
  }

  /**
   * Says that {@code held} has the whole body now and all of it has been read.
   *
   * @return whether the count is complete; if not, there is more to {@link #read}
   */
  boolean finish(HeldRequest held) {
    if (state == State.COUNTING && !walk().finish()) {
      countBytes(held);
      return false;
    }
    if (state == State.COUNTING_BYTES) {
      bytes().end();
    }
    return true;
  }

  /** Tokens counted so far; 0 while they need not be. */
  long tokens() {
    return switch (state) {
      case SEARCHING -> 0;
      case COUNTING -> walk().tokens();
      case COUNTING_BYTES -> bytes().tokens();
    };
  }

  /** Whether there are more tokens than allowed. */
  boolean isOver() {
    return tokens() > limit.tokens();
  }

  /** Gives the parser's memory back. */
  void release() {
    if (walk != null) {
      walk.release();
    }
  }

  private TokenWalk walk() {
    return Objects.requireNonNull(walk);
  }

  private BrokenBody bytes() {
    return Objects.requireNonNull(bytes);
  }
}
