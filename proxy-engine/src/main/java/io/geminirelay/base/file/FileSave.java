package io.geminirelay.base.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
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

  /** Belongs to this process's user. Where there is no such thing, nothing is taken for its own. */
  private static final Path OWN_PROCESS = Path.of("/proc/self");

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
   *
   * @param spare folder for a copy of the old bytes where there can be none beside the file, and
   *     another file cannot take its name; null for none
   */
  public static void replace(Path file, @Nullable Path spare, byte[] before, byte[] after)
      throws IOException {
    Path real = file.toRealPath();
    Path folder = folderOf(real);
    // In a folder that takes no file, or of which only this file is mounted to be written.
    if (!Files.isWritable(folder) || byRename(real, before, after) != null) {
      InPlace.write(real, spare, before, after);
    }
  }

  /** Writes {@code after} into {@code file}, new or not, readable by the owner alone. */
  public static void create(Path file, byte[] after) throws IOException {
    IOException obstacle = byRename(file, null, after);
    if (obstacle != null) {
      throw new IOException(file + " cannot be replaced: " + obstacle, obstacle);
    }
  }

  /**
   * Removes what this process's user has begun for {@code file} and what never took its place, as
   * the process was killed.
   *
   * @param before what was written since stays, as somebody may be at it
   */
  public static void removeUnfinished(Path file, Instant before) throws IOException {
    for (Path each : left(file, folderOf(file), "tmp", before)) {
      Files.deleteIfExists(each);
    }
  }

  /**
   * Copies of what {@code file} held, made by this process's user before it was written in its
   * place: there still, as the process was killed meanwhile.
   *
   * @param spare folder that some may be in; null for none
   * @param before what was written since is left out, as somebody may be at it
   */
  public static List<Path> copies(Path file, @Nullable Path spare, Instant before)
      throws IOException {
    List<Path> copies = new ArrayList<>(left(file, folderOf(file), "before", before));
    if (spare != null && Files.isDirectory(spare)) {
      copies.addAll(left(file, spare, "before", before));
    }
    return copies;
  }

  private static List<Path> left(Path file, Path folder, String kind, Instant before)
      throws IOException {
    String start = Pattern.quote("." + file.getFileName() + ".");
    Pattern name = Pattern.compile(start + "\\d+\\." + kind);
    List<Path> left = new ArrayList<>();
    try (DirectoryStream<Path> all =
        Files.newDirectoryStream(
            folder, each -> name.matcher(String.valueOf(each.getFileName())).matches())) {
      for (Path each : all) {
        if (isLeftBehind(each, before)) {
          left.add(each);
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return left;
  }

  private static boolean isLeftBehind(Path file, Instant before) throws IOException {
    try {
      BasicFileAttributes its =
          Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      return its.isRegularFile()
          && its.lastModifiedTime().toInstant().isBefore(before)
          && Files.getOwner(file, LinkOption.NOFOLLOW_LINKS).equals(Files.getOwner(OWN_PROCESS));
    } catch (NoSuchFileException e) {
      return false; // it took its place this moment
    }
  }

  static Path folderOf(Path file) {
    return Objects.requireNonNull(file.toAbsolutePath().getParent());
  }

  /**
   * Puts another file in the place of {@code file}; returns why that cannot be, or null: it belongs
   * to somebody else, or is a mount of its own. Whatever else fails is thrown, as a full disk, for
   * writing into the file itself would only lose more.
   */
  private static @Nullable IOException byRename(Path file, byte @Nullable [] before, byte[] after)
      throws IOException {
    Path folder = folderOf(file);
    Path temporary = Files.createTempFile(folder, "." + file.getFileName() + ".", ".tmp");
    try {
      write(temporary, after);
      if (before != null) {
        requireUnchanged(file, before);
      }
      IOException obstacle = takePlace(temporary, file, before != null);
      if (obstacle != null) {
        return obstacle;
      }
    } finally {
      Files.deleteIfExists(temporary);
    }
    syncFolder(folder);
    return null;
  }

  private static @Nullable IOException takePlace(Path temporary, Path file, boolean likeIt) {
    try {
      if (likeIt) {
        keepMode(file, temporary);
      }
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
      return null;
    } catch (IOException e) {
      return e;
    }
  }

  static void write(Path file, byte[] bytes) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
      ByteBuffer rest = ByteBuffer.wrap(bytes);
      while (rest.hasRemaining()) {
        channel.write(rest);
      }
      channel.force(true);
    }
  }

  static void requireUnchanged(Path file, byte[] before) throws IOException {
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
