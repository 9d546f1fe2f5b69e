package io.geminirelay.base.telemetry;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The members of a line of JSON, each with its name as it stands there, in lower case. */
enum LineMember {
  TIME,
  LEVEL,
  LOGGER,
  THREAD,
  MESSAGE,
  EXCEPTION,
  ID,
  TRACE_ID,
  CLIENT,
  ROUTE,
  MODEL,
  STATUS,
  OUTCOME,
  FAULT,
  GROUP,
  KEY,
  ATTEMPTS,
  WAITED_MS,
  FIRST_BYTE_MS,
  MS,
  PROMPT_TOKENS,
  CACHED_TOKENS,
  OUTPUT_TOKENS,
  THOUGHT_TOKENS,
  TOTAL_TOKENS,
  TRAIL,
  EXIT,
  AT_MS,
  WAIT_MS,
  QUOTA_ID,
  SKIPPED,
  WAITS_FOR,
  OVER;

  @SuppressWarnings("ImmutableEnumChecker") // never written again
  private final byte[] start = LineBytes.ascii('"' + name().toLowerCase(Locale.ROOT) + "\":");

  @SuppressWarnings("ImmutableEnumChecker") // never written again
  private final byte[] textStart = LineBytes.ascii('"' + name().toLowerCase(Locale.ROOT) + "\":\"");

  /** Adds the name, after a comma where another member is before it. */
  void begin(LineBytes out) {
    comma(out);
    out.raw(start);
  }

  private static void comma(LineBytes out) {
    if (!out.endsWith('{')) {
      out.raw(',');
    }
  }

  /** Adds a text, if there is one. */
  void text(LineBytes out, @Nullable String value) {
    if (value != null) {
      text(out, value, value.length());
    }
  }

  /** Adds the first {@code most} characters of a text, if there are any. */
  void text(LineBytes out, String value, int most) {
    int count = Math.min(value.length(), most);
    if (count > 0) {
      comma(out);
      out.raw(textStart);
      out.text(value, count);
      out.raw('"');
    }
  }

  /** Adds a text even if it is empty. */
  void whole(LineBytes out, String value) {
    comma(out);
    out.raw(textStart);
    out.text(value, value.length());
    out.raw('"');
  }

  /** Adds a constant as a word in lower case. */
  void word(LineBytes out, Enum<?> value) {
    comma(out);
    out.raw(textStart);
    out.lower(value.name());
    out.raw('"');
  }

  /** Adds a moment, see {@link LineBytes#time}. */
  void time(LineBytes out, long epochMillis) {
    comma(out);
    out.raw(textStart);
    out.time(epochMillis);
    out.raw('"');
  }

  /** Adds a number. */
  void number(LineBytes out, long value) {
    begin(out);
    out.number(value);
  }

  /** Adds a number that is known, which is one of at least 0. */
  void known(LineBytes out, long value) {
    if (value >= 0) {
      number(out, value);
    }
  }
}
