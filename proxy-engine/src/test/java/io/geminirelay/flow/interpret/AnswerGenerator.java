package io.geminirelay.flow.interpret;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Writes legal answers that Google has never sent: odd blanks, escapes and member order, unknown
 * members, and members of known names where they mean nothing. One seed, one answer.
 */
final class AnswerGenerator {
  private static final List<String> NAMES =
      List.of("text", "parts", "candidates", "content", "thought", "error", "index", "x", "\u00e9");
  private static final String[] BLANKS = {"", "", " ", "\t", "  "};

  private final Random random;
  private final boolean events;
  private long total;

  AnswerGenerator(Random random) {
    this.random = random;
    this.events = random.nextInt(4) > 0;
  }

  /** An event stream with any line end, or an array of the same responses. */
  byte[] body() {
    int count = 1 + random.nextInt(6);
    String end = List.of("\r\n", "\n", "\r").get(random.nextInt(3));
    StringBuilder body = new StringBuilder(events ? "" : blank() + "[");
    for (int i = 0; i < count; i++) {
      String response = response(i == count - 1);
      if (events) {
        body.append(random.nextInt(5) == 0 ? ": comment" + end + end : "");
        body.append(random.nextInt(5) == 0 ? "event: x" + end : "");
        body.append(random.nextBoolean() ? "data: " : "data:").append(response).append(end);
        body.append(end);
      } else {
        body.append(i > 0 ? "," + end : "").append(response);
      }
    }
    return body.append(events ? "" : "]" + end).toString().getBytes(StandardCharsets.UTF_8);
  }

  private String response(boolean last) {
    List<String> members = new ArrayList<>();
    if (last || random.nextInt(6) > 0) {
      List<String> candidates = new ArrayList<>();
      int count = 1 + random.nextInt(3);
      for (int i = 0; i < count; i++) {
        candidates.add(candidate(i, last));
      }
      members.add(member("candidates", array(candidates)));
    }
    total += random.nextInt(60);
    members.add(member("usageMetadata", object(List.of(member("totalTokenCount", "" + total)))));
    return object(with(members, "y", "modelVersion"));
  }

  private String candidate(int position, boolean last) {
    List<String> parts = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      parts.add(part());
    }
    List<String> content = List.of(member("parts", array(parts)), member("role", "\"model\""));
    List<String> members = new ArrayList<>();
    if (random.nextInt(5) > 0) {
      members.add(member("content", object(new ArrayList<>(content))));
    }
    if (position > 0 || random.nextBoolean()) {
      members.add(member("index", "" + position));
    }
    if (last || random.nextInt(8) == 0) {
      members.add(member("finishReason", random.nextBoolean() ? "\"STOP\"" : "\"MAX_TOKENS\""));
    }
    return object(with(members, "safetyRatings", "text", "parts", "error"));
  }

  private String part() {
    List<String> members = new ArrayList<>();
    switch (random.nextInt(5)) {
      case 0 -> members.add(member("functionCall", value(3)));
      case 1 -> {
        members.add(member("text", string()));
        members.add(member("thought", random.nextInt(4) > 0 ? "true" : "false"));
      }
      default -> members.add(member("text", string()));
    }
    return object(with(members, "thoughtSignature", "content"));
  }

  /** Some of {@code names} as members of no meaning beside {@code members}, in any order. */
  private List<String> with(List<String> members, String... names) {
    List<String> all = new ArrayList<>(members);
    for (String name : names) {
      if (random.nextInt(3) == 0) {
        all.add(member(name, name.equals("error") ? value(2) : value(3)));
      }
    }
    Collections.shuffle(all, random);
    return all;
  }

  private String member(String name, String value) {
    StringBuilder written = new StringBuilder();
    name.codePoints().forEach(c -> written.append(random.nextInt(20) == 0 ? escaped(c) : text(c)));
    return blank() + '"' + written + '"' + blank() + ':' + blank() + value;
  }

  private String object(List<String> members) {
    return '{' + String.join(blank() + ",", members) + blank() + '}';
  }

  private String array(List<String> elements) {
    return '[' + blank() + String.join(blank() + "," + blank(), elements) + blank() + ']';
  }

  private String value(int depth) {
    List<String> inner = new ArrayList<>();
    for (int i = depth == 0 ? 0 : random.nextInt(4); i > 0; i--) {
      inner.add(value(depth - 1));
    }
    return switch (random.nextInt(depth == 0 ? 4 : 6)) {
      case 0 -> string();
      case 1 -> List.of("true", "false", "null").get(random.nextInt(3));
      case 2 -> Integer.toString(random.nextInt());
      case 3 -> random.nextInt(100) + "." + random.nextInt(100) + "e-3";
      case 4 -> array(inner);
      default -> {
        List<String> members = new ArrayList<>();
        List<String> names = new ArrayList<>(NAMES);
        Collections.shuffle(names, random);
        inner.forEach(one -> members.add(member(names.remove(0), one)));
        yield object(members);
      }
    };
  }

  private String string() {
    StringBuilder written = new StringBuilder("\"");
    for (int i = random.nextInt(40); i > 0; i--) {
      int point = codePoint();
      boolean must = point < ' ' || point == '"' || point == '\\' || isSurrogate(point);
      written.append(must || random.nextInt(8) == 0 ? escaped(point) : text(point));
    }
    return written.append('"').toString();
  }

  private int codePoint() {
    return switch (random.nextInt(8)) {
      case 0 -> random.nextInt(0x20);
      case 1 -> random.nextInt(0x800);
      case 2 -> random.nextInt(0x10000);
      case 3 -> 0x10000 + random.nextInt(0x100000);
      case 4 -> "\"\\/\u007f\u2028".codePointAt(random.nextInt(5));
      default -> ' ' + random.nextInt(95);
    };
  }

  private static boolean isSurrogate(int point) {
    return point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE;
  }

  private static String text(int point) {
    return Character.toString(point);
  }

  private String escaped(int point) {
    int named = "\"\\/\b\f\n\r\t".indexOf(point);
    if (named >= 0 && random.nextBoolean()) {
      return "\\" + "\"\\/bfnrt".charAt(named);
    }
    StringBuilder units = new StringBuilder();
    for (char unit : Character.toChars(point)) {
      String hex = "%04x".formatted((int) unit);
      units
          .append("\\u")
          .append(random.nextBoolean() ? hex : hex.toUpperCase(java.util.Locale.ROOT));
    }
    return units.toString();
  }

  private String blank() {
    return BLANKS[random.nextInt(BLANKS.length)];
  }
}
