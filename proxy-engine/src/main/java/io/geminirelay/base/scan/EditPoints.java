package io.geminirelay.base.scan;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the places in a passing request body where {@code top_p} would be added, and the models it
 * names: those of an OpenAI body and those of Google's native forms.
 *
 * <p>A place is told only if there is no doubt of it: the body has to be one whole JSON object, as
 * far as {@link MemberScanner} can tell, with nothing behind it, and its {@code generationConfig}
 * must not come twice nor be anything but an object or {@code null}, as some clients send it for
 * none. Both spellings that Google takes, {@code topP} and {@code top_p}, count in either form of
 * body, and with any value: {@code null} was sent on purpose.
 *
 * <p>Offsets count from the first byte of the body. Not thread-safe; borrows each buffer for the
 * call alone.
 */
public final class EditPoints {
  /** More names than Google takes in one batch. */
  private static final int MAX_NAMES = 1024;

  private static final int MAX_NAME_BYTES = 256;
  private static final int TOP_P = 1;
  private static final int TOP_P_CAMEL = 2;
  private static final int MODEL = 3;
  private static final int CONFIG = 4;
  private static final int CONFIG_TOP_P = 5;
  private static final int CONFIG_TOP_P_SNAKE = 6;
  private static final int CONFIG_SNAKE = 7;
  private static final int SNAKE_CONFIG_TOP_P = 8;
  private static final int SNAKE_CONFIG_TOP_P_SNAKE = 9;
  private static final int REQUEST_MODEL = 11;
  private static final int COUNTED_MODEL = 13;
  private static final int COUNTED_MODEL_SNAKE = 15;
  private static final MemberPaths PATHS =
      MemberPaths.of(
          "top_p",
          "topP",
          "model",
          "generationConfig",
          "generationConfig.topP",
          "generationConfig.top_p",
          "generation_config",
          "generation_config.topP",
          "generation_config.top_p",
          "requests",
          "requests.model",
          "generateContentRequest",
          "generateContentRequest.model",
          "generate_content_request",
          "generate_content_request.model");

  private final MemberScanner json = new MemberScanner(PATHS, new Members(), MAX_NAME_BYTES);
  private final Opening root = new Opening();
  private final Opening config = new Opening();
  private final List<Name> names = new ArrayList<>(1);
  private long seen;
  private int models;
  private int configs;
  private long nullConfig = -1;
  private boolean rootTopP;
  private boolean configTopP;
  private boolean closed;
  private boolean ended;
  private boolean lost;

  /** Creates points at the beginning of a body. */
  public EditPoints() {}

  /**
   * A model as the body names it.
   *
   * @param from offset behind the quote that opens it
   * @param to offset of the quote that closes it
   * @param text the name, escapes undone
   */
  public record Name(long from, long to, String text) {}

  /**
   * Where a member can be put into an object as its first.
   *
   * @param offset behind the opening brace
   * @param empty whether the object holds nothing, so that no comma has to follow
   */
  public record Place(long offset, boolean empty) {}

  /** Reads the next bytes of the body, from index {@code from} to before index {@code to}. */
  public void look(ByteBuf buf, int from, int to) {
    if (lost) {
      return;
    }
    long origin = seen - from;
    int i = from;
    if (!closed) {
      json.origin(origin);
      i = json.look(buf, from, to);
      lost |= json.malformed();
    }
    for (; i < to && !lost; i++) {
      lost = !isSpace(buf.getByte(i));
    }
    root.look(buf, from, to, origin);
    config.look(buf, from, to, origin);
    seen += to - from;
  }

  private static boolean isSpace(byte b) {
    byte kind = JsonBytes.kind(b);
    return kind == JsonBytes.SPACE || kind == JsonBytes.LINE_END;
  }

  /** Says that the body has ended: only now is it known what is missing. */
  public void end() {
    lost |= !closed;
    ended = true;
  }

  /** Whether the body is in doubt: nothing will be told of it. */
  public boolean isLost() {
    return lost;
  }

  /** Whether {@link #openAiTopP} tells a place, or may do so at the end. */
  public boolean mayLackOpenAiTopP() {
    return !lost && !rootTopP;
  }

  /** Whether {@link #nativeTopP} or {@link #nullConfig} tells a place, or may do so at the end. */
  public boolean mayLackNativeTopP() {
    boolean clear = configs == 0 || (configs == 1 && (config.offset >= 0 || nullConfig >= 0));
    return !lost && !configTopP && clear;
  }

  /** Where {@code top_p} belongs in an OpenAI body that has none; null while that is not known. */
  public @Nullable Place openAiTopP() {
    return ended && mayLackOpenAiTopP() ? root.place() : null;
  }

  /**
   * Where {@code topP} belongs in a native body that has none: in its {@code generationConfig}, or
   * with a new one if it {@link #lacksConfig}; null while that is not known.
   */
  public @Nullable Place nativeTopP() {
    if (!ended || !mayLackNativeTopP()) {
      return null;
    }
    return lacksConfig() ? root.place() : config.place();
  }

  /** Offset of the {@code null} that stands for a {@code generationConfig}; -1 without one. */
  public long nullConfig() {
    return ended && mayLackNativeTopP() ? nullConfig : -1;
  }

  /** Whether no {@code generationConfig} was seen, in either spelling and of any value. */
  public boolean lacksConfig() {
    return configs == 0;
  }

  /** The models named, in the order of the body; none if they are in doubt, or before the end. */
  public List<Name> names() {
    boolean sure = ended && !lost && models <= 1 && names.size() <= MAX_NAMES;
    return sure ? names : List.of();
  }

  /** A brace that was opened, and whether it is closed at once. */
  private static final class Opening {
    private long offset = -1;
    private boolean known;
    private boolean empty;

    void look(ByteBuf buf, int from, int to, long origin) {
      if (offset < 0 || known) {
        return;
      }
      int i = (int) Math.max(from, offset + 1 - origin);
      while (i < to && isSpace(buf.getByte(i))) {
        i++;
      }
      if (i < to) {
        known = true;
        empty = buf.getByte(i) == '}';
      }
    }

    @Nullable Place place() {
      return known ? new Place(offset + 1, empty) : null;
    }
  }

  private final class Members implements MemberListener {
    @Override
    public void opened(int path, boolean object) {
      switch (path) {
        case MemberPaths.ROOT -> {
          // Elements of a top-level array come as roots too, but that array came first.
          lost |= !object;
          root.offset = json.valueFrom();
        }
        case CONFIG, CONFIG_SNAKE -> {
          configs++;
          config.offset = object ? json.valueFrom() : -1;
        }
        default -> noteMember(path);
      }
    }

    @Override
    public void value(int path, boolean string, ScanText text) {
      switch (path) {
        case MemberPaths.ROOT -> lost = true;
        case CONFIG, CONFIG_SNAKE -> {
          configs++;
          nullConfig = !string && text.first() == 'n' ? json.valueFrom() : -1;
        }
        default -> {
          noteMember(path);
          noteName(path, string, text);
        }
      }
    }

    private void noteMember(int path) {
      switch (path) {
        case TOP_P, TOP_P_CAMEL -> rootTopP = true;
        case CONFIG_TOP_P, CONFIG_TOP_P_SNAKE, SNAKE_CONFIG_TOP_P, SNAKE_CONFIG_TOP_P_SNAKE ->
            configTopP = true;
        case MODEL -> models++;
        default -> {}
      }
    }

    private void noteName(int path, boolean string, ScanText text) {
      boolean named =
          path == MODEL
              || path == REQUEST_MODEL
              || path == COUNTED_MODEL
              || path == COUNTED_MODEL_SNAKE;
      boolean readable = string && !text.overlong() && !text.invalid();
      if (named && readable && names.size() <= MAX_NAMES) {
        names.add(new Name(json.valueFrom() + 1, json.valueTo(), text.asString()));
      }
    }

    @Override
    public void elementEnded() {}

    @Override
    public void ended(boolean array) {
      closed = true;
    }
  }
}
