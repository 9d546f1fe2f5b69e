package io.geminirelay.base.scan;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Finds the top-level {@code model} of an OpenAI or interactions request while its body arrives.
 *
 * <p>Also notes {@code stream} and {@code stream_options.include_usage}. Members of the same names
 * further inside, and strings that only look like them, are not mistaken for these. Allocates one
 * String, when the model is found. Reusable through {@link #reset}; not thread-safe; borrows each
 * buffer for the call alone.
 */
public final class ModelScanner {
  /** What is known of the model. */
  public enum State {
    /** Not seen yet; becomes any other. */
    SEARCHING,
    /** {@link ModelScanner#model} has it; final. */
    FOUND,
    /** The body ended without one; final. */
    ABSENT,
    /**
     * The body is no JSON object, or its model no string of at most 256 bytes without control
     * characters; final.
     */
    MALFORMED
  }

  private static final int MAX_MODEL_BYTES = 256;
  private static final int MODEL = 1;
  private static final int STREAM = 2;
  private static final int INCLUDE_USAGE = 4;
  private static final MemberPaths PATHS =
      MemberPaths.of("model", "stream", "stream_options", "stream_options.include_usage");

  private final MemberScanner json = new MemberScanner(PATHS, new Members(), MAX_MODEL_BYTES);
  private State state = State.SEARCHING;
  private @Nullable String model;
  private boolean closed;
  private boolean repeated;
  private boolean streaming;
  private boolean includeUsage;

  /** Creates a scanner at the beginning of a body. */
  public ModelScanner() {}

  /** Forgets everything, to read another body. */
  public void reset() {
    json.reset();
    state = State.SEARCHING;
    model = null;
    closed = false;
    repeated = false;
    streaming = false;
    includeUsage = false;
  }

  /**
   * Reads the next bytes of the body, from index {@code from} to before index {@code to}.
   *
   * @return the state after them
   */
  public State look(ByteBuf buf, int from, int to) {
    int i = from;
    while (i < to && !closed) {
      i = json.look(buf, i, to);
    }
    return state;
  }

  /** Says that the body has ended: no longer SEARCHING after this. */
  public State end() {
    json.finish();
    if (state == State.SEARCHING) {
      boolean whole = json.atRest() && !json.malformed();
      state = whole ? State.ABSENT : State.MALFORMED;
    }
    return state;
  }

  /** What is known of the model. */
  public State state() {
    return state;
  }

  /** The first top-level model, unescaped; null unless {@link State#FOUND}. */
  public @Nullable String model() {
    return model;
  }

  /** True if {@code model} came more than once: readers may disagree about which counts. */
  public boolean modelRepeated() {
    return repeated;
  }

  /** True if {@code "stream": true} was seen so far. */
  public boolean streaming() {
    return streaming;
  }

  /** True if {@code "stream_options": {"include_usage": true}} was seen so far. */
  public boolean includeUsage() {
    return includeUsage;
  }

  private void modelValue(boolean string, ScanText text) {
    if (!string && text.first() == 'n') {
      return;
    }
    if (state != State.SEARCHING) {
      repeated = true;
    } else if (string && !text.overlong() && !text.invalid() && isOneLine(text.asString())) {
      model = text.asString();
      state = State.FOUND;
    } else {
      state = State.MALFORMED;
    }
  }

  /** A model is written to the log: it must not be able to end the line. */
  private static boolean isOneLine(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isISOControl(c) || c == '\u2028' || c == '\u2029') {
        return false;
      }
    }
    return true;
  }

  private void malformed() {
    if (state == State.SEARCHING) {
      state = State.MALFORMED;
    }
  }

  private final class Members implements MemberListener {
    @Override
    public void opened(int path, boolean object) {
      boolean wrongRoot = path == MemberPaths.ROOT && !object;
      if (wrongRoot || path == MODEL) {
        malformed();
      }
    }

    @Override
    public void value(int path, boolean string, ScanText text) {
      boolean isTrue = !string && text.first() == 't';
      switch (path) {
        case MODEL -> modelValue(string, text);
        case STREAM -> streaming = isTrue;
        case INCLUDE_USAGE -> includeUsage = isTrue;
        case MemberPaths.ROOT -> malformed();
        default -> {}
      }
    }

    @Override
    public void elementEnded() {}

    @Override
    public void ended(boolean array) {
      closed = true;
      if (state == State.SEARCHING) {
        state = json.malformed() ? State.MALFORMED : State.ABSENT;
      }
    }
  }
}
