package io.geminirelay.base.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Arrays;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Puts other bytes into a file so that a crash leaves the old ones or the new ones, never a part.
 *
 * <p>Blocking. Where there is an old file, its permissions and owner stay.
 */
public final class FileSave {
  private static final Set<PosixFilePermission> WRITING =
      Set.of(
          PosixFilePermission.OWNER_WRITE,
          PosixFilePermission.GROUP_WRITE,
          PosixFilePermission.OTHERS_WRITE);

  private FileSave() {}

  /** The file was not as expected any more; nothing was written. */
  public static final class ChangedMeanwhileException extends IOException {
    private static final long serialVersionUID = 1L;

    ChangedMeanwhileException() {
      super("the file was changed meanwhile");
    }
  }

  /**
   * Whether {@code file} may be written. A file that its mode gives nobody leave to write is meant
   * to stay as it is, even where this process could.
   */
  public static boolean isWritable(Path file) {
    try {
      PosixFileAttributeView view = posix(file);
      boolean permitted =
          view == null || view.readAttributes().permissions().stream().anyMatch(WRITING::contains);
      return permitted && Files.isWritable(file);
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Replaces {@code before}, which {@code file} has to hold still, by {@code after}. Links are
   * followed.
   */
  public static void replace(Path file, byte[] before, byte[] after) throws IOException {
    Path real = file.toRealPath();
    try {
      byRename(real, before, after);
    } catch (ChangedMeanwhileException e) {
      throw e;
    } catch (IOException e) {
      // the folder is not to be written, the owner would change, or the file is a mount of its own
      inPlace(real, before, after);
    }
  }

  /** Writes {@code after} into {@code file}, new or not, readable by the owner alone. */
  public static void create(Path file, byte[] after) throws IOException {
    byRename(file, null, after);
  }

  private static void byRename(Path file, byte @Nullable [] before, byte[] after)
      throws IOException {
    Path folder = Objects.requireNonNull(file.toAbsolutePath().getParent());
    Path temporary = Files.createTempFile(folder, "." + file.getFileName() + ".", ".tmp");
    try {
      write(temporary, after);
      if (before != null) {
        keepMode(file, temporary);
        requireUnchanged(file, before);
      }
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(temporary);
    }
    syncFolder(folder);
  }

  /** For a file that cannot be replaced by another; the old bytes are put back after a failure. */
  public static void inPlace(Path file, byte[] before, byte[] after) throws IOException {
    requireUnchanged(file, before);
    try {
      write(file, after);
    } catch (IOException e) {
      write(file, before);
      throw e;
    }
  }

  private static void write(Path file, byte[] bytes) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
      ByteBuffer rest = ByteBuffer.wrap(bytes);
      while (rest.hasRemaining()) {
        channel.write(rest);
      }
      channel.force(true);
    }
  }

  private static void requireUnchanged(Path file, byte[] before) throws IOException {
    try {
      if (!Arrays.equals(Files.readAllBytes(file), before)) {
        throw new ChangedMeanwhileException();
      }
    } catch (NoSuchFileException e) {
      throw new ChangedMeanwhileException();
    }
  }

  private static void keepMode(Path from, Path to) throws IOException {
    PosixFileAttributeView old = posix(from);
    PosixFileAttributeView made = posix(to);
    if (old == null || made == null) {
      return;
    }
    PosixFileAttributes kept = old.readAttributes();
    PosixFileAttributes own = made.readAttributes();
    if (!kept.owner().equals(own.owner())) {
      made.setOwner(kept.owner());
    }
    if (!kept.group().equals(own.group())) {
      made.setGroup(kept.group());
    }
    made.setPermissions(kept.permissions());
  }

  private static @Nullable PosixFileAttributeView posix(Path file) {
    return Files.getFileAttributeView(
        file, PosixFileAttributeView.class, new LinkOption[0]); // null where there are no modes
  }

  /** Makes the rename last; not every system can. */
  private static void syncFolder(Path folder) {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      // the new file is there all the same, and whole
      return;
    }
  }
}
