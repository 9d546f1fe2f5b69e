package io.geminirelay.base.telemetry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LineScrubTest {

  private static String clean(LineScrub scrub, String line) {
    byte[] bytes = ("ab" + line + "cd").getBytes(UTF_8);
    int end = scrub.clean(bytes, 2, bytes.length - 2);
    return new String(bytes, 2, end - 2, UTF_8);
  }

  @Test
  void takesOutTheLongestOfWhatItKnows() {
    LineScrub scrub =
        LineScrub.FORMS.with(List.of("secret-0", "secret-0123", "secret-01", "other-secret"));
    assertEquals("a *** b *** c", clean(scrub, "a secret-0123 b secret-0 c"));
    assertEquals("***9***", clean(scrub, "secret-019other-secret"));
    assertEquals("secret- other-secre", clean(scrub, "secret- other-secre"));
  }

  @Test
  void whatIsShortIsNotKnown() {
    assertSame(LineScrub.FORMS, LineScrub.FORMS.with(List.of("seven77", "")));
  }

  @Test
  void doesTheSameHoweverManyItKnows() {
    Random random = new Random(5);
    for (int round = 0; round < 50; round++) {
      List<String> known = new ArrayList<>();
      for (int i = random.nextInt(300); i >= 0; i--) {
        known.add(word(random, 8 + random.nextInt(4)));
      }
      LineScrub scrub = LineScrub.FORMS.with(known);
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < 40; i++) {
        boolean hidden = random.nextInt(4) == 0;
        line.append(hidden ? known.get(random.nextInt(known.size())) : word(random, 3));
      }
      assertEquals(masked(line.toString(), known), clean(scrub, line.toString()));
    }
  }

  /** Of few letters, so that many begin alike. */
  private static String word(Random random, int length) {
    StringBuilder word = new StringBuilder();
    for (int i = 0; i < length; i++) {
      word.append((char) ('a' + random.nextInt(2)));
    }
    return word.toString();
  }

  /** The same, one by one. */
  private static String masked(String line, List<String> known) {
    StringBuilder masked = new StringBuilder();
    for (int i = 0, length; i < line.length(); i += Math.max(1, length)) {
      length = 0;
      for (String each : known) {
        length = line.startsWith(each, i) ? Math.max(length, each.length()) : length;
      }
      masked.append(length > 0 ? "***" : line.substring(i, i + 1));
    }
    return masked.toString();
  }
}
