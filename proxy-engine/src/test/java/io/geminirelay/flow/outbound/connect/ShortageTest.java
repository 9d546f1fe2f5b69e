package io.geminirelay.flow.outbound.connect;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.ChannelException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import org.junit.jupiter.api.Test;

class ShortageTest {
  @Test
  void aWantOfDescriptorsIsKnownHoweverDeepItIs() {
    IOException full = new IOException("Too many open files");
    assertTrue(Shortage.isBehind(full));
    assertTrue(Shortage.isBehind(new ChannelException("no channel", new RuntimeException(full))));
    assertTrue(Shortage.isBehind(new SocketException("socket(..) failed: Too many open files")));
  }

  @Test
  void nothingElseIsTakenForIt() {
    assertFalse(Shortage.isBehind(null));
    assertFalse(Shortage.isBehind(new ConnectException("Connection refused")));
    IOException round = new IOException((String) null);
    round.initCause(new IOException("x", round));
    assertFalse(Shortage.isBehind(round));
  }
}
