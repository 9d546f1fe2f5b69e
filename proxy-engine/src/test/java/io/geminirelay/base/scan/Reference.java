package io.geminirelay.base.scan;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What {@link StreamScanner} should find, worked out the slow way with a real parser. */
final class Reference {
  private static final Set<String> META =
      Set.of("usageMetadata", "modelVersion", "responseId", "usage", "error", "candidates");

  private final long[] counts = {-1, -1, -1, -1, -1, -1};
  private int events;
  private boolean content;
  private boolean error;
  private int code;
  private boolean finish;
  private boolean done;

  static Reference of(String body) throws IOException {
    Reference reference = new Reference();
    if (body.startsWith("{") || body.startsWith("[")) {
      reference.top(parse(body));
      return reference;
    }
    String rest = body.replace("\r\n", "\n");
    int bare = rest.indexOf("\n{");
    if (bare >= 0) {
      reference.top(parse(rest.substring(bare + 1)));
      rest = rest.substring(0, bare + 1);
    }
    for (String event : rest.split("\n\n")) {
      List<String> data = new ArrayList<>();
      event.lines().filter(l -> l.startsWith("data:")).forEach(l -> data.add(l.substring(5)));
      String text = String.join("\n", data).strip();
      if (text.equals("[DONE]")) {
        reference.done = true;
      } else if (!text.isEmpty()) {
        reference.event(parse(text));
      }
    }
    return reference;
  }

  private static Object parse(String json) throws IOException {
    return RecordedBodies.parse(json.getBytes(StandardCharsets.UTF_8));
  }

  List<Object> facts() {
    List<Object> facts = new ArrayList<>(List.of(events, content, error, code, finish, done));
    for (long count : counts) {
      facts.add(count);
    }
    return facts;
  }

  private void top(Object value) {
    if (value instanceof List<?> list) {
      list.forEach(this::event);
    } else {
      event(value);
    }
  }

  private void event(Object value) {
    events++;
    Map<?, ?> map = (Map<?, ?>) value;
    if (map.get("error") instanceof Map<?, ?> problem) {
      error = true;
      code = problem.get("code") instanceof Long number ? number.intValue() : 0;
      return;
    }
    boolean carries = map.containsKey("promptFeedback") || map.containsKey("choices");
    if (map.get("candidates") instanceof List<?> candidates) {
      for (Object candidate : candidates) {
        carries |= candidate(map(candidate));
      }
    } else {
      carries |= map.keySet().stream().anyMatch(name -> !META.contains(name));
    }
    content |= carries;
    if (map.get("choices") instanceof List<?> choices) {
      choices.forEach(c -> finish |= map(c).get("finish_reason") instanceof String);
    }
    Map<?, ?> interaction = map(map.get("interaction"));
    status(map.get("status"));
    status(interaction.get("status"));
    usage(map);
    usage(interaction);
  }

  private boolean candidate(Map<?, ?> candidate) {
    boolean finished = candidate.containsKey("finishReason");
    finish |= finished;
    return finished || map(candidate.get("content")).containsKey("parts");
  }

  private void status(Object status) {
    finish |= "completed".equals(status) || "incomplete".equals(status);
  }

  private void usage(Map<?, ?> map) {
    Map<?, ?> google = map(map.get("usageMetadata"));
    Map<?, ?> openai = map(map.get("usage"));
    Map<?, ?> prompt = map(openai.get("prompt_tokens_details"));
    Map<?, ?> completion = map(openai.get("completion_tokens_details"));
    count(0, google, "promptTokenCount", openai, "prompt_tokens", "total_input_tokens");
    count(1, google, "candidatesTokenCount", openai, "completion_tokens", "total_output_tokens");
    count(2, google, "thoughtsTokenCount", completion, "reasoning_tokens", "-");
    count(2, google, "-", openai, "total_thought_tokens", "-");
    count(3, google, "cachedContentTokenCount", prompt, "cached_tokens", "-");
    count(3, google, "-", openai, "total_cached_tokens", "-");
    count(4, google, "toolUsePromptTokenCount", openai, "total_tool_use_tokens", "-");
    count(5, google, "totalTokenCount", openai, "total_tokens", "-");
  }

  private void count(int at, Map<?, ?> google, String a, Map<?, ?> openai, String b, String c) {
    for (Object value : new Object[] {google.get(a), openai.get(b), openai.get(c)}) {
      if (value instanceof Long number) {
        counts[at] = number;
      }
    }
  }

  private static Map<?, ?> map(Object value) {
    return value instanceof Map<?, ?> map ? map : Map.of();
  }
}
