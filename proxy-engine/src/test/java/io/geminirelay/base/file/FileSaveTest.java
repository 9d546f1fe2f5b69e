package io.geminirelay.base.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileSaveTest {
  @TempDir Path folder;

  @Test
  void saysWhyAFileCannotBeReplaced() throws Exception {
    Path file = folder.resolve("state.json");
    Files.createDirectories(file.resolve("in the way"));
    IOException failure =
        assertThrows(IOException.class, () -> FileSave.create(file, new byte[] {1}));
    assertInstanceOf(FileSystemException.class, failure.getCause());
    assertTrue(failure.getMessage().contains(failure.getCause().toString()), failure::getMessage);
    try (var left = Files.list(folder)) {
      assertEquals(1, left.count());
    }
  }
}
