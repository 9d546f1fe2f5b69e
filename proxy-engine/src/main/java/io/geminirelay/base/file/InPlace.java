package io.geminirelay.base.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Writes into a file that cannot be replaced by another, as one that is mounted alone.
 *
 * <p>A crash in the middle leaves a part of both texts, so the old one is kept in a copy until the
 * new one is whole. Without any folder for a copy it is written all the same. A full disk costs
 * nothing: what makes the file longer is written first. Blocking.
 */
final class InPlace {
  private InPlace() {}

  /** Has the disk take what was written. */
  @FunctionalInterface
  interface Sync {
    void run() throws IOException;
  }

  /**
   * Writes {@code after} in the place of {@code before}, which {@code file} has to hold still.
   *
   * @param spare folder for the copy where the file's own takes none; null for none
   * @throws IOException after a failure; the file is as it was, or the message says where its copy
   *     is
   */
  static void write(Path file, @Nullable Path spare, byte[] before, byte[] after)
      throws IOException {
    FileSave.requireUnchanged(file, before);
    Path copy = copied(file, FileSave.folderOf(file), before);
    if (copy == null && spare != null) {
      copy = copied(file, spare, before);
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      overwrite(channel, before, after, () -> channel.force(true));
    } catch (IOException e) {
      if (copy != null && !Arrays.equals(Files.readAllBytes(file), before)) {
        throw new IOException(file + " is damaged; what it held is kept as " + copy, e);
      }
      delete(copy);
      throw e;
    }
    delete(copy);
  }

  private static void delete(@Nullable Path copy) throws IOException {
    if (copy != null) {
      Files.deleteIfExists(copy);
    }
  }

  /** A copy for the owner's eyes only; null where there can be none. */
  private static @Nullable Path copied(Path file, Path folder, byte[] before) throws IOException {
    if (!Files.isDirectory(folder) || !Files.isWritable(folder)) {
      return null;
    }
    Path copy = null;
    try {
      copy = Files.createTempFile(folder, "." + file.getFileName() + ".", ".before");
      FileSave.write(copy, before);
      return copy;
    } catch (IOException e) {
      delete(copy);
      return null;
    }
  }

  /** Writes {@code after} over {@code before}, or puts that back. */
  static void overwrite(SeekableByteChannel channel, byte[] before, byte[] after, Sync sync)
      throws IOException {
    int common = Math.min(before.length, after.length);
    try {
      put(channel, after, common, after.length);
      sync.run();
    } catch (IOException e) {
      channel.truncate(before.length);
      throw e;
    }
    try {
      put(channel, after, 0, common);
      channel.truncate(after.length);
      sync.run();
    } catch (IOException e) {
      put(channel, before, 0, before.length);
      channel.truncate(before.length);
      sync.run();
      throw e;
    }
  }

  private static void put(SeekableByteChannel channel, byte[] bytes, int from, int to)
      throws IOException {
    ByteBuffer rest = ByteBuffer.wrap(bytes, from, to - from);
    channel.position(from);
    while (rest.hasRemaining()) {
      channel.write(rest);
    }
  }
}
