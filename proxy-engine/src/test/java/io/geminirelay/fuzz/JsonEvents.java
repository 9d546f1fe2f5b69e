package io.geminirelay.fuzz;

import com.fasterxml.jackson.core.JsonToken;
import io.geminirelay.base.scan.JsonListener;
import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Writes down what a scanner tells: structure, names, numbers, and each text as one. */
final class JsonEvents implements JsonListener {
  private final StringBuilder told = new StringBuilder();
  private final ByteArrayOutputStream text = new ByteArrayOutputStream();
  private boolean inText;

  @Override
  public void opened(boolean object) {
    outside(object ? "{" : "[");
  }

  @Override
  public void closed(boolean object) {
    outside(object ? "}" : "]");
  }

  @Override
  public void name(String name) {
    outside("name " + name);
  }

  @Override
  public void beginText() {
    outside("");
    inText = true;
    text.reset();
  }

  @Override
  public void text(ByteBuf buf, int from, int to) {
    inside();
    for (int i = from; i < to; i++) {
      text.write(buf.getByte(i));
    }
  }

  @Override
  public void character(int codePoint) {
    inside();
    text.writeBytes(Character.toString(codePoint).getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void endText() {
    inside();
    inText = false;
    outside("text " + text.toString(StandardCharsets.UTF_8));
  }

  @Override
  public void scalar(JsonToken token, long whole) {
    outside(token + " " + whole);
  }

  private void inside() {
    if (!inText) {
      throw new AssertionError("a piece of a text outside of it");
    }
  }

  private void outside(String line) {
    if (inText) {
      throw new AssertionError(line + " inside a text");
    }
    told.append(line).append('\n');
  }

  @Override
  public String toString() {
    return told.toString();
  }
}
