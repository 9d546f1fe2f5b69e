package io.geminirelay.base.tokens;

import io.netty.buffer.ByteBuf;
import java.util.Locale;

/**
 * One picture, sound or file of a prompt while its members pass: its type, and the length of its
 * bytes or that it is only named. Of the strings no more than their beginning is kept. Not
 * thread-safe.
 */
final class MediaEntry {
  private static final int KEPT_CHARS = 96;
  private static final String DATA = "data:";

  private final StringBuilder beginning = new StringBuilder(KEPT_CHARS);
  private long chars;
  private String mimeType = "";
  private long base64Chars = -1;
  private boolean named;

  /** An object with media begins. */
  void begin() {
    mimeType = "";
    base64Chars = -1;
    named = false;
  }

  void beginString() {
    beginning.setLength(0);
    chars = 0;
  }

  void look(ByteBuf buf, int from, int to) {
    int kept = Math.min(to, from + KEPT_CHARS - beginning.length());
    for (int i = from; i < kept; i++) {
      beginning.append((char) (buf.getByte(i) & 0xFF));
    }
    chars += to - from;
  }

  void character(int codePoint) {
    if (beginning.length() < KEPT_CHARS) {
      beginning.append((char) codePoint);
    }
    chars++;
  }

  /** The beginning of the string just read. */
  String beginning() {
    return beginning.toString();
  }

  /** Length of the string just read. */
  long chars() {
    return chars;
  }

  /** The string just read, a member at {@code place}, is over. */
  void endString(PromptPlace place) {
    switch (place) {
      case MIME -> mimeType = beginning().toLowerCase(Locale.ROOT);
      case SOUND_FORMAT -> mimeType = "audio/" + beginning().toLowerCase(Locale.ROOT);
      case BASE64 -> base64Chars = chars;
      case URI -> named = true;
      case KIND -> kind(beginning());
      case DATA_URL, FILE_DATA, PICTURE, ATTACHMENT -> url(place);
      default -> {}
    }
  }

  /**
   * Stands in for the type of media where none is given: {@code image}, {@code video} and so on.
   */
  private void kind(String kind) {
    if (mimeType.isEmpty()) {
      mimeType = kind.equals("document") ? "application/pdf" : kind + "/";
    }
  }

  // RFC 2397: data:MEDIATYPE;PARAMETERS;base64,DATA
  private void url(PromptPlace place) {
    String url = beginning();
    if (!url.regionMatches(true, 0, DATA, 0, DATA.length())) {
      if (place == PromptPlace.FILE_DATA && !url.contains("://")) {
        base64Chars = chars;
      } else {
        named = true;
      }
      return;
    }
    // A comma that is further away has parameters before it, which are short beside the bytes.
    int comma = url.indexOf(',');
    int head = comma < 0 ? url.length() : comma;
    int semicolon = url.indexOf(';');
    int end = semicolon > 0 && semicolon < head ? semicolon : head;
    mimeType = url.substring(DATA.length(), end).toLowerCase(Locale.ROOT);
    base64Chars = chars - comma - 1;
  }

  /** The object at {@code place} is over: adds what it holds to {@code tally}. */
  void end(PromptPlace place, PromptTally tally) {
    if (base64Chars >= 0) {
      tally.inline(mimeType.isEmpty() ? usual(place) : MediaKind.of(mimeType), base64Chars);
    } else if (named) {
      tally.unseen(mimeType.isEmpty() ? usual(place) : MediaKind.of(mimeType));
    }
    // What it stands in may be closed next, and has no media of its own then.
    begin();
  }

  private static MediaKind usual(PromptPlace place) {
    return switch (place) {
      case PICTURE -> MediaKind.IMAGE;
      case ATTACHMENT -> MediaKind.DOCUMENT;
      case SOUND -> MediaKind.AUDIO;
      // Without a type Google takes addresses of videos alone.
      case FILE -> MediaKind.VIDEO;
      default -> MediaKind.TEXT;
    };
  }
}
