package io.geminirelay.base.tokens;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A vocabulary file that is missing or cannot be used. The message names the setting, the file,
 * what is wrong and what to do.
 */
public final class VocabularyException extends IOException {
  private static final long serialVersionUID = 1;

  VocabularyException(Path file, String wrong, @Nullable Throwable cause) {
    super(
        "server.tokenizer_file: "
            + file
            + " "
            + wrong
            + "; give a tokenizer.json of Hugging Face's format (BPE with byte fallback, as that of"
            + " Gemma 3), or leave the setting out to have tokens estimated",
        cause);
  }
}
