package io.geminirelay.base.scan;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/**
 * Notes in passing whether a {@code GenerateContentRequest} asks for thoughts: {@code
 * generationConfig.thinkingConfig.includeThoughts}, each name in camel or snake case, as Google
 * takes it. Members of the same names elsewhere do not count; the last value does.
 *
 * <p>Not thread-safe; borrows each buffer for the call alone.
 */
public final class ThoughtsScanner {
  private static final int MAX_VALUE_BYTES = 64;
  private static final String[] LIST = paths();
  private static final MemberPaths PATHS = MemberPaths.of(LIST);

  private final MemberScanner json = new MemberScanner(PATHS, new Members(), MAX_VALUE_BYTES);
  private boolean asked;
  private boolean closed;

  /** Creates a scanner at the beginning of a body. */
  public ThoughtsScanner() {}

  private static String[] paths() {
    List<String> all = new ArrayList<>();
    for (String config : List.of("generationConfig", "generation_config")) {
      all.add(config);
      for (String thinking : List.of(".thinkingConfig", ".thinking_config")) {
        all.add(config + thinking);
        all.add(config + thinking + ".includeThoughts");
        all.add(config + thinking + ".include_thoughts");
      }
    }
    return all.toArray(String[]::new);
  }

  /** Whether thoughts were asked for in what was read so far. */
  public boolean asked() {
    return asked;
  }

  /** Reads the next bytes of the body, from index {@code from} to before index {@code to}. */
  public void look(ByteBuf buf, int from, int to) {
    int i = from;
    while (i < to && !closed) {
      i = json.look(buf, i, to);
    }
  }

  private final class Members implements MemberListener {
    @Override
    public void opened(int path, boolean object) {}

    @Override
    public void value(int path, boolean string, ScanText text) {
      if (path > MemberPaths.ROOT && LIST[path - 1].endsWith("houghts")) {
        // Google's parser takes the word in quotes too.
        asked = text.first() == 't';
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
