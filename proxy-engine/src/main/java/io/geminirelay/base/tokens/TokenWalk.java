package io.geminirelay.base.tokens;

import com.fasterxml.jackson.core.JsonToken;
import io.geminirelay.base.scan.JsonListener;
import io.geminirelay.base.scan.JsonScanner;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Counts the tokens of a request's body while it passes through a {@link JsonScanner}: texts by a
 * {@link TextCounter}, media by type and length, and the frame that models of this generation count
 * around them. The body is read once and no part of it kept.
 *
 * <p>What the model is not shown counts nothing: roles, ids, URIs, settings. The schema of an
 * answer counts as a tool's does: Google's own count of the prompt leaves it out, its limit does
 * not (<a href="https://ai.google.dev/gemini-api/docs/structured-output">structured output</a>).
 *
 * <p>But for media, no body counts more tokens than it has bytes. Not thread-safe.
 */
public final class TokenWalk implements JsonListener {
  /** {@code <start>}, {@code call}, a colon, two braces, {@code <end>}. */
  private static final int CALL_FRAME = 6;

  /** A frame with one member and its string, and a name of usual length. */
  private static final int RESPONSE_FRAME = 12;

  private static final int STRING_FRAME = 2;
  private static final int CONTAINER_FRAME = 2;

  /** Words of a schema that are one token each; others are counted as the text they are. */
  private static final Set<String> KEYWORDS =
      Set.of(
          "type",
          "description",
          "properties",
          "items",
          "required",
          "title",
          "format",
          "enum",
          "default",
          "example",
          "minimum",
          "maximum",
          "parameters",
          "response",
          "schema",
          "definitions",
          "const");

  /** Nearly always false, and then not shown to the model. */
  private static final String CLOSED = "additionalProperties";

  private final TextCounter texts;
  private final PromptTally tally = new PromptTally();
  private final MediaEntry media = new MediaEntry();
  private final JsonScanner scanner = new JsonScanner(this);
  private final boolean modelInBody;

  private final UnaryOperator<String> models;
  private ModelGeneration generation;
  private boolean modelKnown;
  private PromptPlace[] places = new PromptPlace[16];
  private boolean[] objects = new boolean[16];
  private int depth;
  private final PromptPlace root;
  private PromptPlace next;
  private long tokensBefore;

  /**
   * Begins to count.
   *
   * @param counter counts the texts; is reset and then this walk's alone
   * @param form the dialect
   * @param model the model asked for, or empty where the body names it
   */
  public TokenWalk(TextCounter counter, PromptForm form, String model) {
    this(counter, form, model, UnaryOperator.identity());
  }

  /**
   * Begins to count.
   *
   * @param counter counts the texts; is reset and then this walk's alone
   * @param form the dialect
   * @param model the model asked for, or empty where the body names it
   * @param models tells the model that a name stands for
   */
  public TokenWalk(
      TextCounter counter, PromptForm form, String model, UnaryOperator<String> models) {
    counter.reset();
    this.models = models;
    this.texts = counter;
    this.root = form.root();
    this.next = root;
    this.modelKnown = !model.isEmpty();
    this.modelInBody = form != PromptForm.GEMINI;
    this.generation = ModelGeneration.of(models.apply(model));
  }

  /** Reads on; {@code buf} is borrowed, no index is moved. */
  public void look(ByteBuf buf, int from, int to) {
    scanner.look(buf, from, to);
  }

  /** Says that the body is over; returns whether it was JSON, so that its count means something. */
  public boolean finish() {
    modelKnown = true;
    return scanner.finish();
  }

  /** Whether it was found out that the body is no JSON. */
  public boolean malformed() {
    return scanner.malformed();
  }

  /** Gives the parser's memory back. */
  public void release() {
    scanner.release();
  }

  /** Tokens so far; where the model is still to come, at least as many. */
  public long tokens() {
    return tokens(tally, texts.tokens());
  }

  private long tokens(PromptTally counted, long textTokens) {
    if (modelKnown) {
      return counted.tokens(textTokens, generation);
    }
    long least = Long.MAX_VALUE;
    for (ModelGeneration any : ModelGeneration.values()) {
      least = Math.min(least, counted.tokens(textTokens, any));
    }
    return least;
  }

  /**
   * Begins to count the whole body anew, because it is no JSON: as the text it is, with the media
   * found so far, and for each further mention of media as many tokens as a file can have that is
   * only named. So no media are hidden by something that is JSON to Google alone. The counter is
   * the new count's; this one's is over.
   */
  public BrokenBody asBroken() {
    long media = tokens(tally.mediaAlone(), 0);
    BrokenBody broken =
        new BrokenBody(texts, media, tally.media(), MediaKind.unseenTokens(generation));
    release();
    return broken;
  }

  private PromptPlace top() {
    return depth == 0 ? PromptPlace.NOTHING : places[depth - 1];
  }

  private boolean inObject() {
    return depth > 0 && objects[depth - 1];
  }

  /** Where the value that comes now stands. */
  private PromptPlace place() {
    return depth == 0 || inObject() ? next : top();
  }

  @Override
  public void opened(boolean object) {
    PromptPlace place = place();
    if (object && (place == PromptPlace.CONTENT || place == PromptPlace.MESSAGE)) {
      tally.content();
    } else if (place == PromptPlace.REQUIRED) {
      tally.required(CONTAINER_FRAME, 0);
    } else if (place.framed() && top() != PromptPlace.CALL) {
      tally.frame(CONTAINER_FRAME);
    } else if (object && place.media()) {
      media.begin();
    }
    if (depth == places.length) {
      places = Arrays.copyOf(places, 2 * depth);
      objects = Arrays.copyOf(objects, 2 * depth);
    }
    places[depth] = place;
    objects[depth++] = object;
  }

  @Override
  public void closed(boolean object) {
    PromptPlace place = top();
    depth--;
    if (object && place.media()) {
      media.end(place, tally);
    }
    if (depth == 0) {
      next = root;
    }
  }

  @Override
  public void name(String name) {
    PromptPlace top = top();
    next = top.member(name);
    switch (top) {
      case DATA, MEMBERS -> texts.text(name);
      case CALL -> tally.frame(next == PromptPlace.CALL_NAME ? CALL_FRAME : 0);
      case DECLARATION -> declared();
      case SCHEMA -> keyword(name);
      case MESSAGE -> tally.frame(next == PromptPlace.ANSWERED ? RESPONSE_FRAME : 0);
      case BLOCK -> data(name);
      default -> {}
    }
  }

  private void data(String name) {
    if (next == PromptPlace.DATA) {
      texts.text(name);
    }
  }

  private void declared() {
    if (next != PromptPlace.NOTHING) {
      tally.frame(next == PromptPlace.CALL_NAME ? CALL_FRAME : 1);
    }
  }

  private void keyword(String name) {
    if (next == PromptPlace.REQUIRED) {
      tally.required(1, 0);
    } else if (KEYWORDS.contains(name)) {
      tally.frame(1);
    } else if (next != PromptPlace.NOTHING && !name.equals(CLOSED)) {
      texts.text(name);
    }
  }

  @Override
  public void beginText() {
    PromptPlace place = place();
    if (!place.text()) {
      media.beginString();
      return;
    }
    tokensBefore = texts.tokens();
    if (place.framed() && place != PromptPlace.REQUIRED) {
      tally.frame(STRING_FRAME + (inObject() ? 1 : 0));
    }
    texts.begin();
  }

  @Override
  public void text(ByteBuf buf, int from, int to) {
    if (place().text()) {
      texts.look(buf, from, to);
    } else {
      media.look(buf, from, to);
    }
  }

  @Override
  public void character(int codePoint) {
    if (place().text()) {
      texts.character(codePoint);
    } else {
      media.character(codePoint);
    }
  }

  @Override
  public void endText() {
    PromptPlace place = place();
    if (place.text()) {
      texts.end();
      if (place == PromptPlace.REQUIRED) {
        tally.required(STRING_FRAME, texts.tokens() - tokensBefore);
      }
      return;
    }
    switch (place) {
      case SIGNATURE -> tally.signature(media.chars());
      case MODEL -> model(media.beginning());
      case PICTURE, ATTACHMENT -> {
        media.begin();
        media.endString(place);
        media.end(place, tally);
      }
      default -> media.endString(place);
    }
  }

  private void model(String model) {
    if (modelInBody && !model.isEmpty()) {
      generation = ModelGeneration.of(models.apply(model));
      modelKnown = true;
    }
  }

  @Override
  public void scalar(JsonToken token, long whole) {
    PromptPlace place = place();
    if (!place.framed() && !(place.text() && token.isNumeric())) {
      return;
    }
    // Texts to embed may come as lists of the numbers of their tokens.
    boolean isToken = place == PromptPlace.ITEM && whole != JsonScanner.NO_NUMBER;
    // Digits are tokens of their own; literals are one.
    tally.scalar(token.isNumeric() && !isToken ? scanner.scalarLength() : 1);
    tally.frame(place.framed() ? 1 : 0);
  }
}
