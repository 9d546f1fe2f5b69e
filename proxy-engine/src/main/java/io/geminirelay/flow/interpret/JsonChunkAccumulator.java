package io.geminirelay.flow.interpret;

import io.geminirelay.base.config.Secret;
import io.geminirelay.base.scan.JsonScanner;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/**
 * Makes the elements of an answer of {@code /generate} out of Google's stream while it comes.
 *
 * <p>Element <i>n</i> is made when a response brings the count of all tokens to <i>n</i> times the
 * threshold, at most one for each response, and none with a response that says why the answer ends:
 * its text goes into the last element, which the caller asks for at the end of the stream, since
 * text can follow a reason to finish. No element is made while its reader cannot take it; the next
 * one has that text too.
 *
 * <p>Memory is the text once, in a {@link TextJoiner} that this owns until {@link #release()}, and
 * in delta mode what of it was not given yet. Not thread-safe.
 */
public final class JsonChunkAccumulator {
  /** The most text that is held for a client. */
  private static final long MAX_TEXT_BYTES = 32L << 20;

  private final int chunkTokens;
  private final Reader reader;
  private final TextJoiner text;
  private final AnswerReader answer;
  private final JsonScanner json;
  private final EventFeed feed;
  private final ChunkWriter chunks;

  /** Takes the elements. */
  public interface Reader {

    /** Whether another element can be taken now. */
    boolean ready();

    /** Takes ownership of an element. */
    void take(ByteBuf element);
  }

  /**
   * An accumulator at the beginning of an answer.
   *
   * @param chunkTokens tokens between two elements, at least 1
   */
  public JsonChunkAccumulator(
      ByteBufAllocator alloc, AnswerForm form, int chunkTokens, Reader reader) {
    this.chunkTokens = chunkTokens;
    this.reader = reader;
    this.text = new TextJoiner(alloc);
    this.answer = new AnswerReader(text, this::responseEnded);
    this.json = new JsonScanner(answer);
    this.feed = new EventFeed(json, answer);
    this.chunks = new ChunkWriter(alloc, form);
  }

  /** Whether thought parts count as text. */
  void withThoughts(boolean wanted) {
    answer.withThoughts(wanted);
  }

  /** Reads on, from index {@code from} to before index {@code to}, and hands elements out. */
  public void look(ByteBuf buf, int from, int to) {
    feed.look(buf, from, to);
  }

  /** Whether it holds more text than is served. */
  boolean isTooLong() {
    return text.held() > MAX_TEXT_BYTES;
  }

  private void responseEnded() {
    AnswerFindings found = answer.findings();
    boolean due = found.totalTokens() >= (long) chunkTokens * (chunks.written() + 1);
    if (due && !found.finishing() && !found.failed() && reader.ready()) {
      reader.take(chunks.give(text, found.totalTokens()));
    }
  }

  /** Says that Google's answer has ended, or will not go on: takes back what is not whole. */
  public void finish() {
    feed.finish();
    answer.abandon();
  }

  /** Whether an SSE comment was read since this was last asked. */
  boolean tookComment() {
    return feed.tookComment();
  }

  /** What Google's answer said beside the text. */
  AnswerFindings findings() {
    return answer.findings();
  }

  /** Whether something of the answer could not be read as JSON, or was not whole. */
  boolean broken() {
    return feed.broken();
  }

  /** Whether the answer says why it ended. */
  boolean concluded() {
    AnswerFindings found = answer.findings();
    return found.finishReason() != null || found.blockReason() != null;
  }

  /** Whether there is something to tell but an error: text, or elements already told. */
  boolean hasContent() {
    return text.length() > 0 || chunks.written() > 0;
  }

  /** Bytes of memory that the text takes. */
  long capacity() {
    return text.capacity();
  }

  /** Says which key the answer was given for: the last element does not show it. */
  void hide(@Nullable Secret key) {
    chunks.hide(key);
  }

  /** The last element of a complete answer; the caller releases it. */
  public ByteBuf giveLast() {
    return chunks.giveLast(text, answer.findings());
  }

  /** The last element of an answer that is not complete; the caller releases it. */
  ByteBuf giveFailed(GenerateError error) {
    return chunks.giveFailed(text, answer.findings(), error);
  }

  /** Lets go of everything. */
  public void release() {
    text.release();
    json.release();
  }
}
