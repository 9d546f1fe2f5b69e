package io.geminirelay.base.tokens;

import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Remembers the texts it is given; each of their bytes is a token, the most there can be. */
final class HeardTexts implements TextCounter {
  private final List<String> texts = new ArrayList<>();
  private final ByteArrayOutputStream open = new ByteArrayOutputStream();
  private long tokens;

  List<String> texts() {
    return texts;
  }

  @Override
  public void reset() {
    texts.clear();
    open.reset();
    tokens = 0;
  }

  @Override
  public void begin() {
    open.reset();
  }

  @Override
  public void look(ByteBuf buf, int from, int to) {
    byte[] bytes = new byte[to - from];
    buf.getBytes(from, bytes);
    open.writeBytes(bytes);
  }

  @Override
  public void character(int codePoint) {
    open.writeBytes(Character.toString(codePoint).getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void end() {
    tokens += open.size();
    texts.add(open.toString(StandardCharsets.UTF_8));
  }

  @Override
  public long tokens() {
    return tokens;
  }
}
