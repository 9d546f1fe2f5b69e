package io.geminirelay;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class HeadstartTest {

  @Test
  void holdsWhatIsReadUntilNobodyNeedsItAnyMore() {
    Headstart headstart = Headstart.idle();
    headstart.run();
    assertTrue(headstart.holds());
    headstart.over();
    assertFalse(headstart.holds());
  }

  @Test
  void whatComesTooLateIsNotHeld() {
    Headstart headstart = Headstart.idle();
    headstart.over();
    headstart.run();
    assertFalse(headstart.holds());
  }
}
