package io.geminirelay.base.config;

import java.nio.file.Path;
import java.util.Map;

/**
 * What every part of one loading shares.
 *
 * @param sourceName name of the file for problems
 * @param folder what relative file names start from
 * @param overlay values that come before the file's
 * @param environment variables for {@code *_env} settings
 * @param problems where mistakes go
 */
record Reading(
    String sourceName,
    Path folder,
    EnvOverlay overlay,
    Map<String, String> environment,
    Problems problems) {

  @Override
  public String toString() {
    return "Reading[" + sourceName + "]";
  }
}
