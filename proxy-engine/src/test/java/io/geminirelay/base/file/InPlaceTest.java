package io.geminirelay.base.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InPlaceTest {
  private static final String BEFORE = "the text before";

  @TempDir Path folder;
  private Path file = Path.of("");

  @BeforeEach
  void write() throws IOException {
    file = Files.writeString(folder.resolve("config.yaml"), BEFORE);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void shorterAndLongerTextsAreWrittenWholeAndNothingIsLeftBesides() throws Exception {
    String before = BEFORE;
    for (String after : List.of("", "x", "a text that is longer", "as long as that", "short")) {
      InPlace.write(file, folder, bytes(before), bytes(after));
      assertEquals(after, Files.readString(file));
      before = after;
    }
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(List.of(file), files.toList());
    }
  }

  @Test
  void whatWasWrittenMeanwhileIsNotOverwritten() {
    assertThrows(
        FileSave.ChangedMeanwhileException.class,
        () -> InPlace.write(file, null, bytes("another"), bytes("x")));
  }

  @Test
  void aFullDiskLeavesTheTextAsItWas() throws Exception {
    String after = "another text that is longer than the one before";
    try (FileChannel real = FileChannel.open(file, StandardOpenOption.WRITE)) {
      for (int size = BEFORE.length(); size < after.length(); size++) {
        SeekableByteChannel full = limited(real, size);
        assertThrows(
            IOException.class,
            () -> InPlace.overwrite(full, bytes(BEFORE), bytes(after), () -> {}),
            () -> "full");
        assertEquals(BEFORE, Files.readString(file), "room for " + size);
      }
    }
  }

  @Test
  void aFailureInTheMiddlePutsTheTextBack() throws Exception {
    try (FileChannel real = FileChannel.open(file, StandardOpenOption.WRITE)) {
      int[] syncs = {0};
      InPlace.Sync second =
          () -> {
            if (++syncs[0] == 2) {
              throw new IOException("broken");
            }
          };
      for (String after : List.of("short", BEFORE + " and more")) {
        syncs[0] = 0;
        assertThrows(
            IOException.class, () -> InPlace.overwrite(real, bytes(BEFORE), bytes(after), second));
        assertEquals(BEFORE, Files.readString(file));
      }
    }
  }

  /** A disk with room for {@code size} bytes of {@code real}. */
  private static SeekableByteChannel limited(FileChannel real, int size) {
    return (SeekableByteChannel)
        Proxy.newProxyInstance(
            InPlaceTest.class.getClassLoader(),
            new Class<?>[] {SeekableByteChannel.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("write")) {
                ByteBuffer bytes = (ByteBuffer) arguments[0];
                long room = size - real.position();
                if (room <= 0) {
                  throw new IOException("No space left on device");
                }
                int taken = (int) Math.min(room, bytes.remaining());
                real.write(bytes.slice(bytes.position(), taken));
                bytes.position(bytes.position() + taken);
                return taken;
              }
              try {
                return method.invoke(real, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }
}
