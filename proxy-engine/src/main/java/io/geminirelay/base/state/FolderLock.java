package io.geminirelay.base.state;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out whether another gateway keeps its state in the same folder, by a lock on the file
 * {@value #NAME} in it, and warns once: each would write over what the other knows. Nobody is kept
 * from anything. Blocking; for one thread.
 */
final class FolderLock {
  static final String NAME = "state.lock";

  private static final Logger LOG = LoggerFactory.getLogger(FolderLock.class);

  private final Path folder;

  /** Owner: this. Open for as long as the lock is held. */
  private @Nullable FileChannel held;

  private boolean warned;

  FolderLock(Path folder) {
    this.folder = folder;
  }

  /** Takes the lock, if it is not held already; returns whether it is held now. */
  boolean take() {
    if (held != null) {
      return true;
    }
    try {
      FileChannel channel =
          FileChannel.open(
              folder.resolve(NAME), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (lock(channel)) {
        held = channel;
      } else {
        channel.close();
        warn();
      }
    } catch (IOException e) {
      return false; // what is the matter with the folder shows when the state is written
    }
    return held != null;
  }

  private static boolean lock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false; // by another one in this process
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  private void warn() {
    if (!warned) {
      warned = true;
      LOG.warn(
          "another gateway keeps its state in {}, too: give each a state_dir of its own", folder);
    }
  }

  /** Gives the lock back. */
  void release() {
    if (held != null) {
      try {
        held.close();
      } catch (IOException e) {
        LOG.debug("the lock of {} could not be given back", folder, e);
      }
      held = null;
    }
  }
}
