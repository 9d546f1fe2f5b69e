package io.geminirelay.flow.outbound;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.geminirelay.base.config.Secret;
import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.fault.Fault;
import io.geminirelay.base.fault.FaultKind;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import org.junit.jupiter.api.Test;

/** When the keys have to be looked at for the last word. */
class LastAnswerTest {
  private static final Fault FAULT = Fault.of(FaultKind.QUEUE_FULL, "full");

  private static Exchange exchange() {
    return new Exchange(
        "id", new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/"), 0);
  }

  private static long nobodyAsks() {
    throw new AssertionError("looked at every key for nothing");
  }

  @Test
  void looksAtNoKeyAfterAWaitInVain() {
    LastAnswer last = new LastAnswer(exchange());
    last.waitedInVain(FAULT);
    assertSame(FAULT, last.fault(true, LastAnswerTest::nobodyAsks));
  }

  @Test
  void looksAtNoKeyForAClientThatBringsItsOwn() {
    Exchange exchange = exchange();
    exchange.ownKey(Secret.of("own"));
    LastAnswer last = new LastAnswer(exchange);
    last.fault(FAULT);
    assertSame(FAULT, last.fault(true, LastAnswerTest::nobodyAsks));
  }

  @Test
  void saysWhatKeptTheKeysFromBeingTried() {
    LastAnswer last = new LastAnswer(exchange());
    last.fault(FAULT);
    assertSame(FAULT, last.fault(false, () -> 0));
  }

  @Test
  void asksToComeBackWhereAKeyHasComeFreeSinceThereWasNone() {
    Fault fault = new LastAnswer(exchange()).fault(false, () -> 0);
    assertEquals(FaultKind.KEYS_COOLING, fault.kind());
  }

  @Test
  void doesNotPromiseAnotherKeyToWhatCannotBeSentAgain() {
    Fault fault = new LastAnswer(exchange()).fault(true, () -> 0);
    assertEquals(FaultKind.NO_KEY, fault.kind());
  }
}
