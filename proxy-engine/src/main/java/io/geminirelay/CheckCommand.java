package io.geminirelay;

import io.geminirelay.base.config.ConfigText;
import io.geminirelay.base.config.Loaded;
import io.geminirelay.base.tokens.Vocabulary;
import io.geminirelay.base.tokens.VocabularyException;
import io.geminirelay.command.Exit;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** Prints the effective configuration with secrets masked, or everything that is wrong with it. */
@Command(
    name = "check",
    mixinStandardHelpOptions = true,
    description = "Check the configuration and print it with secrets masked.")
final class CheckCommand implements Callable<Integer> {
  @ParentCommand private @Nullable Main main;

  @Override
  public Integer call() throws Exception {
    if (main == null) {
      throw new IllegalStateException("not started through Main");
    }
    Loaded loaded = main.load();
    checkVocabulary(loaded.config().guard().vocabulary());
    main.out().print(ConfigText.of(loaded.config()));
    main.out().flush();
    return Exit.OK;
  }

  /** Reads the vocabulary whole, as only that tells whether it can be used. */
  private static void checkVocabulary(@Nullable Path file) throws VocabularyException {
    if (file != null) {
      Vocabulary.load(file);
    }
  }
}
