package io.geminirelay.testing.sim;

import org.jspecify.annotations.Nullable;

/** Joins script, API and journal: from a received request to a running playback. */
final class Responder {
  private final Script script;
  private final GoogleApi api;
  private final Journal journal;

  Responder(Script script, GoogleApi api, Journal journal) {
    this.script = script;
    this.api = api;
    this.journal = journal;
  }

  Journal journal() {
    return journal;
  }

  /** Begins to answer a whole request. */
  Playback respond(ReceivedRequest request, Wire wire, Runnable whenFinished) {
    journal.received(request);
    Answer answer = script.answer(request, () -> api.answer(request));
    return new Playback(request, answer, wire, journal, whenFinished);
  }

  /** Begins to answer a bare head if the script wants that, else null. */
  @Nullable Playback respondAtHead(ReceivedRequest.Head head, Wire wire, Runnable whenFinished) {
    if (!script.judgesHeads()) {
      return null;
    }
    ReceivedRequest request = new ReceivedRequest(head, new byte[0], false);
    Answer answer = script.answerAtHead(request);
    if (answer == null) {
      return null;
    }
    journal.received(request);
    return new Playback(request, answer, wire, journal, whenFinished);
  }
}
