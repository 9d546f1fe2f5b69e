package io.geminirelay.flow.outbound;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import io.geminirelay.base.scan.EditPoints;
import io.geminirelay.fuzz.Cuts;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The body edits: places are the same for every cut and lie inside the body; the spliced body is
 * the old one but for the edits, and JSON if the old one was.
 */
class BodySpliceFuzz {
  private static final JsonFactory STRICT = new JsonFactory();

  @FuzzTest
  void changesNothingButWhatIsEdited(byte[] body) {
    for (boolean openAi : new boolean[] {true, false}) {
      List<BodySplice.Edit> edits = edits(body, openAi);
      byte[] expected = edited(body, edits);
      assertEquals(expected.length - body.length, new BodySplice(edits).growth());
      String sent = Cuts.alike(body, pieces -> spliced(pieces, edits));
      assertArrayEquals(expected, sent.getBytes(StandardCharsets.ISO_8859_1));
      if (isJson(body)) {
        assertTrue(isJson(expected), () -> sent);
      }
    }
  }

  private static List<BodySplice.Edit> edits(byte[] body, boolean openAi) {
    List<BodySplice.Edit> found = new ArrayList<>();
    Cuts.alike(
        body,
        pieces -> {
          EditPoints points = new EditPoints();
          pieces.feed(points::look);
          points.end();
          found.clear();
          found.addAll(EditChoice.of(points, alias(points), TopP.of(0.5), openAi));
          List<Object> seen = new ArrayList<>(List.of(points.names(), points.isLost()));
          found.forEach(edit -> seen.add(edit.from() + "-" + edit.to() + text(edit.bytes())));
          return seen;
        });
    long end = 0;
    for (BodySplice.Edit edit : found) {
      assertTrue(edit.from() >= end && edit.to() >= edit.from(), "edits overlap");
      end = edit.to();
    }
    assertTrue(end <= body.length);
    return found;
  }

  /** Of the first model that the body names: a name of any form, and one that needs escapes. */
  private static ModelAlias alias(EditPoints points) {
    if (points.names().isEmpty()) {
      return null;
    }
    String asked = points.names().get(0).text();
    while (asked.startsWith("models/")) {
      asked = asked.substring("models/".length());
    }
    return new ModelAlias(asked, "re'named\"\\");
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private static byte[] edited(byte[] body, List<BodySplice.Edit> edits) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int at = 0;
    for (BodySplice.Edit edit : edits) {
      out.writeBytes(Arrays.copyOfRange(body, at, (int) edit.from()));
      out.writeBytes(edit.bytes());
      at = (int) edit.to();
    }
    out.writeBytes(Arrays.copyOfRange(body, at, body.length));
    return out.toByteArray();
  }

  private static String spliced(Cuts.Pieces pieces, List<BodySplice.Edit> edits) {
    BodySplice splice = new BodySplice(edits);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    pieces.feed(
        (buf, from, to) -> {
          var sent = splice.take(buf.retainedSlice(from, to - from));
          out.writeBytes(ByteBufUtil.getBytes(sent));
          sent.release();
        });
    return Unpooled.wrappedBuffer(out.toByteArray()).toString(StandardCharsets.ISO_8859_1);
  }

  private static boolean isJson(byte[] text) {
    try (JsonParser parser = STRICT.createParser(text)) {
      while (parser.nextToken() != null) {
        parser.getText();
      }
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
