package io.geminirelay.flow.keys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class TokenGuessTest {
  private final TokenGuess guess = new TokenGuess();

  @Test
  void beginsWithFourBytesAToken() {
    assertEquals(0, guess.tokens("m", 0));
    assertEquals(1, guess.tokens("m", 3));
    assertEquals(250, guess.tokens("m", 1000));
    assertEquals(1 << 20, guess.tokens("m", 1L << 40));
  }

  @Test
  void comesNearToWhatIsCounted() {
    for (int i = 0; i < 40; i++) {
      guess.learn("m", 900 + i, 600);
      guess.learn("m", 2_000_000, 258);
    }
    assertEquals(TokenGuess.lean(600), guess.tokens("m", 920), 15);
    assertEquals(TokenGuess.lean(258), guess.tokens("m", 2_000_000), 1);
    assertEquals(230, guess.tokens("other", 920));
    for (int i = 0; i < 40; i++) {
      guess.learn("m", 900, 225);
    }
    assertEquals(TokenGuess.lean(225), guess.tokens("m", 900), 5);
  }

  @Test
  void keepsSoManyModelsAtMost() {
    for (int i = 0; i < 2 * TokenGuess.MAX_MODELS; i++) {
      guess.learn("m" + i, 100, 100);
      guess.learn("often", 100, 100);
    }
    assertEquals(TokenGuess.lean(100), guess.tokens("often", 100), "one in use is kept");
    String last = "m" + (2 * TokenGuess.MAX_MODELS - 1);
    assertEquals(TokenGuess.lean(100), guess.tokens(last, 100), "a new one is learned");
    int kept = 0;
    for (int i = 0; i < 2 * TokenGuess.MAX_MODELS; i++) {
      kept += guess.tokens("m" + i, 100) == TokenGuess.lean(100) ? 1 : 0;
    }
    assertEquals(TokenGuess.MAX_MODELS - 1, kept);
  }

  @Test
  void staysWithinItsNumbers() {
    for (int i = 0; i < 1000; i++) {
      guess.learn("m", Long.MAX_VALUE, Long.MAX_VALUE);
    }
    assertTrue(guess.tokens("m", 1L << 30) > 0);
    for (int i = 0; i < 100; i++) {
      guess.learn("m", 500, 0);
    }
    assertEquals(0, guess.tokens("m", 500));
  }
}
