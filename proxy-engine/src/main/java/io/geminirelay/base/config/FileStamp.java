package io.geminirelay.base.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What tells whether a file was written or replaced since it was read. Links are followed.
 *
 * @param size in bytes
 * @param modified when it was written last
 * @param identity of the file itself, which another one under its name does not have; null where
 *     the system has none
 */
public record FileStamp(long size, FileTime modified, @Nullable Object identity) {

  private static final FileStamp ABSENT = new FileStamp(-1, FileTime.fromMillis(0), null);

  /** Written out: what a record has by itself is made at every start, which takes 10 ms. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof FileStamp that
        && size == that.size
        && modified.equals(that.modified)
        && Objects.equals(identity, that.identity);
  }

  @Override
  public int hashCode() {
    return Objects.hash(size, modified, identity);
  }

  /** As {@link #of}; for a file that cannot be looked at, a stamp that no other has. */
  public static FileStamp orAbsent(Path file) {
    try {
      return of(file);
    } catch (IOException e) {
      return ABSENT;
    }
  }

  /** The stamp of {@code file} now; take it before reading. */
  public static FileStamp of(Path file) throws IOException {
    BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
    return new FileStamp(now.size(), now.lastModifiedTime(), now.fileKey());
  }
}
