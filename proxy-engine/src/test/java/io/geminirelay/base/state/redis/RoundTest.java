package io.geminirelay.base.state.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class RoundTest {
  private final List<Throwable> failures = new ArrayList<>();
  private final CompletableFuture<String> one = new CompletableFuture<>();
  private final CompletableFuture<String> silent = new CompletableFuture<>();

  private CompletableFuture<List<Optional<String>>> round(boolean apart) {
    return Round.of(List.of(silent, one), apart, failures::add).toCompletableFuture();
  }

  @Test
  void ofSeveralNodesNoneIsWaitedForLong() throws Exception {
    var round = round(true);
    assertFalse(round.isDone());
    one.complete("here");
    assertEquals(List.of(Optional.empty(), Optional.of("here")), round.get(30, TimeUnit.SECONDS));
    assertEquals(1, failures.size());
    assertInstanceOf(TimeoutException.class, failures.get(0));
  }

  /** The others are perhaps well, though they were asked for nothing. */
  @Test
  void aSilentNodeThatWasAskedAloneFailsNobodyElse() throws Exception {
    var round = Round.of(List.of(silent), true, failures::add).toCompletableFuture();
    assertEquals(List.of(Optional.empty()), round.get(30, TimeUnit.SECONDS));
    assertInstanceOf(TimeoutException.class, failures.get(0));
  }

  @Test
  void ofOneNodeAllIsWaitedFor() throws Exception {
    var round = round(false);
    one.complete("here");
    assertFalse(round.isDone());
    silent.complete("too");
    assertEquals(List.of(Optional.of("too"), Optional.of("here")), round.get(30, TimeUnit.SECONDS));
    assertEquals(List.of(), failures);
  }
}
