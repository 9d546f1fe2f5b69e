package io.geminirelay.base.scan;

import io.netty.buffer.ByteBuf;

/**
 * Follows JSON through the pieces of a passing body and reports the values at watched paths.
 *
 * <p>It is a structural reader, not a validating parser. Three things tell where it stands: {@link
 * #expect} (what the grammar wants next), {@link #token} (the string or bare word it is in the
 * middle of, across pieces), and per level the container's kind and watched path. Levels beyond
 * {@link #MAX_LEVELS} are only counted. Texts are collected only where a watched path needs them;
 * all other strings are skipped eight bytes at a time by {@link JsonBytes#stringStop}.
 *
 * <p>Tolerated in silence, as Google's own parser takes them: trailing commas, single quotes,
 * unquoted names, control characters in strings. Anything else that is wrong sets {@link
 * #malformed} and reading goes on as well as it can; nothing throws.
 *
 * <p>Not thread-safe; holds no buffer.
 */
final class MemberScanner {
  /** Levels whose kind is known; deeper ones are only counted. */
  static final int MAX_LEVELS = 64;

  private final MemberPaths paths;
  private final MemberListener listener;
  private final ScanText text;
  private final LevelPaths levelPaths = new LevelPaths();
  private long objectLevels;
  private int depth;
  private JsonExpect expect = JsonExpect.VALUE;
  private JsonPlace token = JsonPlace.NONE;
  private boolean naming;
  private boolean escaped;
  private boolean keepingWord;
  private byte quote;
  private byte wordFirst;
  private int wordLength;
  private int memberPath = MemberPaths.NONE;
  private boolean stopAtLineEnd;
  private boolean stopped;
  private boolean malformed;
  private long origin;
  private long valueFrom;
  private long valueTo;

  /**
   * A scanner at the beginning of a body.
   *
   * @param maxTextBytes longest name or value that is kept; longer names are no watched ones
   */
  MemberScanner(MemberPaths paths, MemberListener listener, int maxTextBytes) {
    this.paths = paths;
    this.listener = listener;
    this.text = new ScanText(maxTextBytes);
  }

  /** Forgets everything, to begin with another value. */
  void reset() {
    depth = 0;
    objectLevels = 0;
    expect = JsonExpect.VALUE;
    token = JsonPlace.NONE;
    escaped = false;
    memberPath = MemberPaths.NONE;
    malformed = false;
  }

  /** Makes {@link #look} return at a CR or LF, even inside a string. */
  void stopAtLineEnd(boolean stop) {
    stopAtLineEnd = stop;
  }

  /** Sets the offset in the body that index 0 of the next buffer has, for reported offsets. */
  void origin(long offset) {
    origin = offset;
  }

  long origin() {
    return origin;
  }

  /** Offset of the first byte of the value that is reported: of its quote or bracket if it has. */
  long valueFrom() {
    return valueFrom;
  }

  /** Offset of the quote or bracket that ends the string, object or array that is reported. */
  long valueTo() {
    return valueTo;
  }

  /** True if something was read that is not even tolerable JSON. */
  boolean malformed() {
    return malformed;
  }

  /** True if no value has begun that has not ended. */
  boolean atRest() {
    return depth == 0 && token == JsonPlace.NONE && expect == JsonExpect.VALUE;
  }

  /** Whether the grammar wants a value next, within an object at the top. */
  boolean awaitsMember() {
    return token == JsonPlace.NONE
        && expect == JsonExpect.VALUE
        && depth > 0
        && depth <= MAX_LEVELS
        && (objectLevels & 1) != 0;
  }

  /** Whether a value that was being read is over before {@code next}. */
  boolean isBehindValue(byte next) {
    return token == JsonPlace.NONE
        || (token == JsonPlace.WORD && JsonBytes.kind(next) != JsonBytes.WORD);
  }

  /** Path that is told of the value that begins next, or {@link MemberPaths#NONE}. */
  int nextPath() {
    return memberPath;
  }

  boolean inArray() {
    return !inObject();
  }

  /** Says that no more bytes follow: a number or literal at the top level is then complete. */
  void finish() {
    if (token == JsonPlace.WORD) {
      endWord();
    }
  }

  /** Reads the bracket of an array that the caller has held back. */
  void beginArray() {
    open(false, 0);
  }

  /**
   * Reads on.
   *
   * @return the index of the first byte not read: {@code to}, or a line end if asked to stop there,
   *     or just behind a complete top-level value
   */
  int look(ByteBuf buf, int from, int to) {
    stopped = false;
    int i = from;
    while (i < to && !stopped) {
      i =
          switch (token) {
            case NONE -> between(buf, i, to);
            case SKIPPED_STRING -> skipString(buf, i, to);
            case KEPT_STRING -> keepString(buf, i, to);
            case WORD -> word(buf, i, to);
          };
    }
    return i;
  }

  private int between(ByteBuf buf, int from, int to) {
    for (int i = from; i < to; i++) {
      byte b = buf.getByte(i);
      switch (JsonBytes.kind(b)) {
        case JsonBytes.SPACE -> {}
        case JsonBytes.LINE_END -> {
          if (stopAtLineEnd) {
            stopped = true;
            return i;
          }
        }
        case JsonBytes.QUOTE -> {
          beginString(b, i);
          return i + 1;
        }
        case JsonBytes.OPEN -> open(b == '{', i);
        case JsonBytes.CLOSE -> {
          valueTo = origin + i;
          close(b == '}');
          if (stopped) {
            return i + 1;
          }
        }
        case JsonBytes.COMMA -> comma();
        case JsonBytes.COLON -> colon();
        default -> {
          if (depth > 0 || !JsonBytes.isByteOrderMark(b)) {
            beginWord(b, i);
            return i;
          }
        }
      }
    }
    return to;
  }

  private void comma() {
    if (depth == 0 || (expect != JsonExpect.SEPARATOR && depth <= MAX_LEVELS)) {
      malformed = true;
      return;
    }
    expect = inObject() ? JsonExpect.NAME : JsonExpect.VALUE;
  }

  private void colon() {
    if (expect == JsonExpect.NAME_COLON) {
      expect = JsonExpect.VALUE;
    } else if (depth <= MAX_LEVELS) {
      malformed = true;
    }
  }

  private void open(boolean object, int index) {
    if (depth < MAX_LEVELS) {
      if (expect != JsonExpect.VALUE) {
        malformed = true;
      }
      int path = valuePath(index);
      if (path != MemberPaths.NONE && (inObject() || path == MemberPaths.ROOT)) {
        listener.opened(path, object);
      }
      boolean arrayInArray = !object && depth > 0 && !inObject();
      levelPaths.set(depth, arrayInArray ? MemberPaths.NONE : path);
      long bit = 1L << depth;
      objectLevels = object ? objectLevels | bit : objectLevels & ~bit;
    }
    depth++;
    expect = inObject() ? JsonExpect.NAME : JsonExpect.VALUE;
  }

  private void close(boolean object) {
    if (depth == 0) {
      malformed = true;
      return;
    }
    depth--;
    if (depth > MAX_LEVELS) {
      return;
    }
    boolean wasObject = object;
    if (depth < MAX_LEVELS) {
      wasObject = ((objectLevels >> depth) & 1) != 0;
      boolean early = expect == JsonExpect.NAME_COLON || (expect == JsonExpect.VALUE && wasObject);
      if (wasObject != object || early) {
        malformed = true;
      }
    }
    valueEnded(!wasObject);
  }

  /** Path of the value that begins now. */
  private int valuePath(int index) {
    valueFrom = origin + index;
    if (depth == 0) {
      return MemberPaths.ROOT;
    }
    if (depth > MAX_LEVELS) {
      return MemberPaths.NONE;
    }
    if (inObject()) {
      return memberPath;
    }
    return levelPaths.at(depth - 1);
  }

  private void valueEnded(boolean array) {
    memberPath = MemberPaths.NONE;
    if (depth == 0) {
      expect = JsonExpect.VALUE;
      stopped = true;
      listener.ended(array);
      return;
    }
    expect = JsonExpect.SEPARATOR;
    if (depth == 1 && !inObject()) {
      listener.elementEnded();
    }
  }

  private boolean inObject() {
    return depth > 0 && depth <= MAX_LEVELS && ((objectLevels >> (depth - 1)) & 1) != 0;
  }

  /** Enters a string or bare word; true if its text is to be kept. */
  private boolean beginText(int index) {
    boolean known = depth <= MAX_LEVELS;
    if (known && (expect == JsonExpect.SEPARATOR || expect == JsonExpect.NAME_COLON)) {
      malformed = true;
    }
    naming = known && expect == JsonExpect.NAME;
    text.clear();
    if (naming) {
      return paths.hasMembers(levelPaths.at(depth - 1));
    }
    int path = valuePath(index);
    return inObject() && paths.keepsValue(path);
  }

  private void endText(boolean kept, boolean string) {
    token = JsonPlace.NONE;
    if (naming) {
      boolean watched = kept && !text.invalid();
      memberPath = watched ? paths.member(levelPaths.at(depth - 1), text) : MemberPaths.NONE;
      expect = JsonExpect.NAME_COLON;
      return;
    }
    if (depth > MAX_LEVELS) {
      return;
    }
    boolean top = depth == 0 || (depth == 1 && !inObject());
    if (top) {
      listener.value(MemberPaths.ROOT, string, text);
    } else if (memberPath != MemberPaths.NONE) {
      listener.value(memberPath, string, text);
    }
    valueEnded(false);
  }

  private void beginString(byte quoteByte, int index) {
    quote = quoteByte;
    escaped = false;
    token = beginText(index) ? JsonPlace.KEPT_STRING : JsonPlace.SKIPPED_STRING;
  }

  private int keepString(ByteBuf buf, int from, int to) {
    for (int i = from; i < to; i++) {
      byte b = buf.getByte(i);
      if (stopAtLineEnd && JsonBytes.kind(b) == JsonBytes.LINE_END) {
        stopped = true;
        return i;
      }
      if (text.inEscape()) {
        text.escaped(b);
      } else if (b == quote) {
        valueTo = origin + i;
        endText(true, true);
        return i + 1;
      } else if (b == '\\') {
        text.beginEscape();
      } else {
        text.append(b);
      }
    }
    return to;
  }

  private int skipString(ByteBuf buf, int from, int to) {
    int i = from;
    while (true) {
      i = escaped ? i : JsonBytes.stringStop(buf, i, to, quote);
      if (i >= to) {
        return to;
      }
      byte b = buf.getByte(i);
      if (stopAtLineEnd && (b == '\n' || b == '\r')) {
        stopped = true;
        return i;
      }
      if (escaped) {
        escaped = false;
      } else if (b == quote) {
        endText(false, true);
        return i + 1;
      } else if (b == '\\') {
        escaped = true;
      }
      i++;
    }
  }

  private void beginWord(byte first, int index) {
    wordFirst = first;
    wordLength = 0;
    keepingWord = beginText(index);
    token = JsonPlace.WORD;
  }

  private int word(ByteBuf buf, int from, int to) {
    int i = from;
    while (i < to) {
      byte b = buf.getByte(i);
      if (JsonBytes.kind(b) != JsonBytes.WORD) {
        wordLength += i - from;
        endWord();
        return i;
      }
      if (keepingWord) {
        text.append(b);
      }
      i++;
    }
    wordLength += i - from;
    return to;
  }

  private void endWord() {
    if (!naming && !JsonBytes.isPlausible(wordFirst, wordLength)) {
      malformed = true;
    }
    endText(keepingWord, false);
  }
}
