package io.geminirelay.base.config.edit;

import io.geminirelay.base.config.FileStamp;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tells whether the operator has changed the configuration's file, or one that it names.
 *
 * <p>By looking at stamps, as the events of file systems are lost where folders are mounted, linked
 * or replaced. A file may be written in several steps: it counts only once it has been the same for
 * two looks. What the gateway itself wrote is no news, and neither is a wrong file for a second
 * time.
 *
 * <p>Blocking; for one thread.
 */
public final class ConfigWatch {
  private final ConfigStore store;
  private @Nullable Map<Path, FileStamp> seen;
  private @Nullable Map<Path, FileStamp> judged;

  /** Watches what {@code store} reads. */
  public ConfigWatch(ConfigStore store) {
    this.store = store;
  }

  /** Looks once; whether the configuration should be read anew. True only once for a change. */
  public boolean look() {
    ReadFiles last = store.lastRead();
    Map<Path, FileStamp> now = last.now();
    boolean still = now.equals(seen);
    seen = now;
    if (!still || now.equals(last.stamps()) || now.equals(judged)) {
      return false;
    }
    judged = now;
    return last.differ(now, store.present());
  }
}
