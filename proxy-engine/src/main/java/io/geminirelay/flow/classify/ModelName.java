package io.geminirelay.flow.classify;

/**
 * What a path of Google's API names: the model and the action, as in {@code
 * /v1beta/models/MODEL:ACTION}. Pure.
 *
 * @param model without a {@code models/} prefix; other collections keep theirs ({@code
 *     tunedModels/x}); empty when the path names no model
 * @param action what follows the last colon of the last segment; empty when there is none
 */
record ModelName(String model, String action) {
  static final ModelName NONE = new ModelName("", "");

  private static final String MODELS = "/models/";
  private static final String REPEATED = "models/";
  private static final String TUNED_MODELS = "/tunedModels/";
  private static final String OPERATIONS = "/operations/";

  /**
   * Reads {@code path}, which is percent-decoded and has no query, from the slash at {@code from},
   * where the version ends.
   */
  static ModelName of(String path, int from) {
    int colon = colon(path);
    String action = colon < 0 ? "" : path.substring(colon + 1, end(path));
    int end = colon < 0 ? path.length() : colon;
    String model = "";
    if (path.startsWith(MODELS, from)) {
      model = plain(path, from + MODELS.length(), end);
    } else if (path.startsWith(TUNED_MODELS, from)) {
      int slash = path.indexOf('/', from + TUNED_MODELS.length());
      model = cut(path, from + 1, slash < 0 ? end : Math.min(slash, end));
    } else if (generates(action)) {
      // Whatever answers is a model, also in collections not known today.
      model = cut(path, from + 1, end);
    }
    return model.isEmpty() && action.isEmpty() ? NONE : new ModelName(model, action);
  }

  /** Whether the last segment of {@code path} ends in an action. */
  static boolean hasAction(String path) {
    int colon = colon(path);
    return colon >= 0 && colon + 1 < end(path);
  }

  /** Whether the action asks a model for an answer. */
  boolean generates() {
    return generates(action);
  }

  private static boolean generates(String action) {
    return action.equals("generateContent") || action.equals("streamGenerateContent");
  }

  private static String plain(String path, int from, int end) {
    int start = from;
    // The ids in Google's OpenAI-compatible list carry the prefix, and clients put it there again.
    while (path.startsWith(REPEATED, start)) {
      start += REPEATED.length();
    }
    int operations = path.indexOf(OPERATIONS, start);
    return cut(path, start, operations < 0 ? end : Math.min(operations, end));
  }

  private static String cut(String path, int from, int end) {
    int last = end > from && path.charAt(end - 1) == '/' ? end - 1 : end;
    return last <= from ? "" : path.substring(from, last);
  }

  private static int colon(String path) {
    int colon = path.lastIndexOf(':');
    return colon > path.lastIndexOf('/', end(path) - 1) ? colon : -1;
  }

  /** Where the last segment ends: servers take a path with one slash behind it for the same. */
  private static int end(String path) {
    return path.endsWith("/") ? path.length() - 1 : path.length();
  }
}
