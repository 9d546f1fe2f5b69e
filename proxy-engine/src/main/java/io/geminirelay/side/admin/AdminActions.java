package io.geminirelay.side.admin;

import io.geminirelay.base.config.ConfigException;
import io.geminirelay.base.config.Problem;
import io.geminirelay.base.config.edit.ConfigEdit;
import io.geminirelay.base.config.edit.EditException;
import io.geminirelay.base.config.edit.Saved;
import io.geminirelay.flow.keys.ApiKey;
import io.geminirelay.flow.keys.KeyChecked;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * What the pages of the admin interface can have done to the gateway. Changes read and write files,
 * so they are for the admin thread alone.
 *
 * @param change changes the configuration, all of the edits or none, and goes on with it
 * @param reload reads the configuration anew, and goes on with it
 * @param verify asks Google with each key of the present ring; completes on any thread
 */
public record AdminActions(
    Change change,
    Reload reload,
    Function<List<ApiKey>, CompletionStage<List<KeyChecked>>> verify) {

  /** Changes the configuration. */
  @FunctionalInterface
  public interface Change {
    /**
     * Makes {@code edits}, keeps them and puts them in force.
     *
     * @throws EditException if one of them cannot be made; then nothing changes
     * @throws ConfigException if the result would break the rules; then nothing changes
     * @throws IOException if a file cannot be read or written
     */
    Applied make(List<ConfigEdit> edits) throws EditException, ConfigException, IOException;
  }

  /** Reads the configuration anew. */
  @FunctionalInterface
  public interface Reload extends Callable<Applied> {
    /**
     * Reads it and puts it in force.
     *
     * @throws ConfigException if it breaks the rules; then nothing changes
     * @throws IOException if a file cannot be read
     */
    @Override
    Applied call() throws ConfigException, IOException;
  }

  /**
   * A configuration that is in force now.
   *
   * @param saved where what changed is kept
   * @param restartNeeded settings that changed just now and that only a restart brings into effect
   * @param warnings what works but is probably not meant so
   */
  public record Applied(Saved saved, List<String> restartNeeded, List<Problem> warnings) {
    /** Copies the lists. */
    public Applied {
      restartNeeded = List.copyOf(restartNeeded);
      warnings = List.copyOf(warnings);
    }
  }
}
