package io.geminirelay.base.tokens;

import io.geminirelay.base.scan.MediaMention;
import io.netty.buffer.ByteBuf;

/**
 * Counts the tokens of a body that is no JSON here, from its first byte: all of it is one text, and
 * each mention of media one that is worth as much as a file can be which is only named. Media that
 * were found before it broke count what they were found to be worth.
 *
 * <p>Made by {@link TokenWalk#asBroken}. Not thread-safe; keeps nothing of the body.
 */
public final class BrokenBody {
  private final TextCounter text;
  private final long mediaTokens;
  private final long media;
  private final long mentionTokens;
  private final MediaMention mention = new MediaMention();

  BrokenBody(TextCounter text, long mediaTokens, long media, long mentionTokens) {
    this.text = text;
    this.mediaTokens = mediaTokens;
    this.media = media;
    this.mentionTokens = mentionTokens;
    text.reset();
    text.begin();
  }

  /** Reads on; {@code buf} is borrowed, no index is moved. */
  public void look(ByteBuf buf, int from, int to) {
    text.look(buf, from, to);
    mention.count(buf, from, to);
  }

  /** Says that the body is over. */
  public void end() {
    text.end();
  }

  /** Tokens so far. */
  public long tokens() {
    // Each of the media found was mentioned.
    long further = Math.max(0, mention.mentions() - media);
    return text.tokens() + mediaTokens + further * mentionTokens;
  }
}
