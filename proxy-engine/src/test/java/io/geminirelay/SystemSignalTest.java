package io.geminirelay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SystemSignalTest {

  @Test
  void hearsASignalEachTimeThatItComes() throws Exception {
    Semaphore heard = new Semaphore(0);
    // One that ends nobody who does not listen to it.
    assertTrue(SystemSignal.listen("WINCH", heard::release));
    for (int i = 0; i < 2; i++) {
      String self = String.valueOf(ProcessHandle.current().pid());
      assertEquals(0, new ProcessBuilder("kill", "-WINCH", self).start().waitFor());
      assertTrue(heard.tryAcquire(30, TimeUnit.SECONDS), "not heard");
    }
  }

  @Test
  void goesOnWithoutOneThatNobodyMayListenTo() {
    assertFalse(SystemSignal.listen("KILL", () -> {}));
  }
}
