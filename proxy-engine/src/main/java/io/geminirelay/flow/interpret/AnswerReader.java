package io.geminirelay.flow.interpret;

import com.fasterxml.jackson.core.JsonToken;
import io.geminirelay.base.scan.JsonListener;
import io.geminirelay.flow.interpret.AnswerPlace.Member;
import io.netty.buffer.ByteBuf;

/**
 * Hears of Google's answer, a {@code GenerateContentResponse} or any number of them in a stream or
 * array, and keeps what an answer in a form of the gateway's own needs: the text of the first
 * candidate, why it ended, the token count, a block, an error.
 *
 * <p>Members count by their place alone, in any order; a repeated member counts with its last
 * value. A part turns out to be a thought, or a candidate another one than the first, perhaps only
 * after its text: that text is taken back then. What follows an error is not read.
 *
 * <p>The text goes to a {@link TextJoiner} that the caller owns. Not thread-safe.
 */
final class AnswerReader implements JsonListener {
  private enum Sink {
    NOWHERE,
    JOINER,
    WORD
  }

  private final TextJoiner text;
  private final Runnable whenResponse;
  private final ShortText word = new ShortText();
  private final AnswerFindings findings = new AnswerFindings();

  private AnswerPlace place = AnswerPlace.BEGIN;
  private Member member = Member.NONE;
  private Sink sink = Sink.NOWHERE;
  private int skipped;
  private boolean inList;
  private boolean withThoughts;

  private long responseMark;
  private long candidateMark;
  private long partMark;
  private boolean thought;
  private int position;
  private long index;

  /**
   * A reader at the beginning of an answer.
   *
   * @param text gets the text
   * @param whenResponse runs at the end of each response object
   */
  AnswerReader(TextJoiner text, Runnable whenResponse) {
    this.text = text;
    this.whenResponse = whenResponse;
  }

  /** Whether thought parts count as text; they do not unless asked for. */
  void withThoughts(boolean wanted) {
    withThoughts = wanted;
  }

  /** What was found so far; a live view. */
  AnswerFindings findings() {
    return findings;
  }

  /** Whether no response object is open. */
  boolean atRest() {
    return place == AnswerPlace.BEGIN || (place == AnswerPlace.LIST && skipped == 0);
  }

  /** Takes back what came of a response that will not be completed. */
  void abandon() {
    if (!atRest()) {
      text.truncate(responseMark);
      place = AnswerPlace.BEGIN;
      skipped = 0;
      sink = Sink.NOWHERE;
    }
  }

  @Override
  public void opened(boolean object) {
    AnswerPlace next = skipped > 0 ? null : place.opened(member, object);
    if (next == null || (next == AnswerPlace.RESPONSE && findings.failed())) {
      skipped++;
      return;
    }
    switch (next) {
      case LIST -> inList = true;
      case RESPONSE -> beginResponse();
      case CANDIDATES -> {
        text.truncate(responseMark);
        position = -1;
      }
      case CANDIDATE -> beginCandidate();
      case CONTENT, PARTS -> text.truncate(candidateMark);
      case PART -> {
        partMark = text.length();
        thought = false;
      }
      case ERROR -> findings.fail();
      default -> {}
    }
    place = next;
    member = Member.NONE;
  }

  private void beginResponse() {
    responseMark = text.length();
    findings.beginResponse();
  }

  private void beginCandidate() {
    candidateMark = text.length();
    position++;
    index = -1;
    findings.beginCandidate();
  }

  @Override
  public void closed(boolean object) {
    if (skipped > 0) {
      skipped--;
      member = Member.NONE;
      return;
    }
    AnswerPlace ended = place;
    place = ended.around(inList);
    member = Member.NONE;
    switch (ended) {
      case LIST -> inList = false;
      case PART -> endPart();
      case CANDIDATE -> endCandidate();
      case RESPONSE -> whenResponse.run();
      default -> {}
    }
  }

  private void endPart() {
    if (thought) {
      findings.sawThought();
      if (!withThoughts) {
        text.truncate(partMark);
      }
    }
  }

  private void endCandidate() {
    // Google leaves the index out, or writes it behind the content.
    boolean first = index < 0 ? position == 0 : index == 0;
    if (first) {
      findings.endCandidate();
    } else {
      text.truncate(candidateMark);
    }
  }

  @Override
  public void name(String name) {
    if (skipped > 0) {
      return;
    }
    member = place.member(name);
    if (place == AnswerPlace.PART && member == Member.NONE) {
      findings.sawPart(name);
    }
  }

  @Override
  public void beginText() {
    sink = skipped > 0 ? Sink.NOWHERE : sinkOf(member);
    if (sink == Sink.JOINER) {
      text.truncate(partMark);
    } else if (sink == Sink.WORD) {
      word.clear();
    }
  }

  private Sink sinkOf(Member owner) {
    return switch (owner) {
      case TEXT -> thought && !withThoughts ? Sink.NOWHERE : Sink.JOINER;
      case FINISH_REASON, FINISH_MESSAGE, BLOCK_REASON, BLOCK_MESSAGE -> Sink.WORD;
      case STATUS, MESSAGE, ERROR -> Sink.WORD;
      default -> Sink.NOWHERE;
    };
  }

  @Override
  public void text(ByteBuf buf, int from, int to) {
    if (sink == Sink.JOINER) {
      text.look(buf, from, to);
    } else if (sink == Sink.WORD) {
      word.look(buf, from, to);
    }
  }

  @Override
  public void character(int codePoint) {
    if (sink == Sink.JOINER) {
      text.character(codePoint);
    } else if (sink == Sink.WORD) {
      word.character(codePoint);
    }
  }

  @Override
  public void endText() {
    if (sink == Sink.JOINER) {
      text.end();
    } else if (sink == Sink.WORD) {
      if (member == Member.ERROR) {
        findings.fail();
      }
      findings.word(member, word.text());
    }
    sink = Sink.NOWHERE;
  }

  @Override
  public void scalar(JsonToken token, long whole) {
    if (skipped > 0) {
      return;
    }
    switch (member) {
      case THOUGHT -> thought = token == JsonToken.VALUE_TRUE;
      case INDEX -> index = whole < 0 ? -1 : whole;
      case TEXT -> text.truncate(partMark);
      default -> findings.number(member, whole);
    }
  }
}
