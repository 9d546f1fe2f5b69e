package io.geminirelay.base.config;

import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What every part of one loading shares.
 *
 * @param sourceName name of the file for problems
 * @param folder what relative file names start from
 * @param overlay values that come before the file's
 * @param environment variables for {@code *_env} settings
 * @param problems where mistakes go
 * @param reads told of each file before it is read
 */
record Reading(
    String sourceName,
    Path folder,
    EnvOverlay overlay,
    Map<String, String> environment,
    Problems problems,
    Consumer<Path> reads) {

  @Override
  public String toString() {
    return "Reading[" + sourceName + "]";
  }
}
