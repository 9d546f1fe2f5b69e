package io.geminirelay.testing.sim;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;

/** Compresses pieces so that each can be read as soon as it is there. */
final class Gzip {
  private Gzip() {}

  static List<byte[]> pieces(List<byte[]> plain) {
    List<byte[]> packed = new ArrayList<>();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes, 512, true)) {
      for (int i = 0; i < plain.size(); i++) {
        gzip.write(plain.get(i));
        if (i + 1 == plain.size()) {
          gzip.finish();
        } else {
          gzip.flush();
        }
        packed.add(bytes.toByteArray());
        bytes.reset();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return packed;
  }
}
