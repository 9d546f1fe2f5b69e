package io.geminirelay.testing.sim;

import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds the model that a request names. */
final class ModelName {
  private static final Pattern NATIVE = Pattern.compile("/models/([^:/?]+)");

  private ModelName() {}

  /** The model's id without {@code models/}, or an empty text. */
  static String of(ReceivedRequest request) {
    Matcher matcher = NATIVE.matcher(request.path());
    if (matcher.find()) {
      return matcher.group(1);
    }
    if (!request.isOpenAi()) {
      return "";
    }
    try {
      return plain(String.valueOf(Json.map(Json.parse(request.body())).getOrDefault("model", "")));
    } catch (IOException e) {
      return "";
    }
  }

  static String plain(String model) {
    return model.startsWith("models/") ? model.substring("models/".length()) : model;
  }
}
