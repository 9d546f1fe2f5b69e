package io.geminirelay.flow.accept;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.geminirelay.base.config.ServerConfig;
import io.geminirelay.base.load.Load;
import io.geminirelay.testing.TestHttp2Client;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Who has to go so that others find room. */
class MakeRoomTest {
  private static final int AT_ONCE = 16;

  @Test
  void whoAsksForMoreThanThereIsRoomForIsWarnedOnce() {
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    Logger logger = (Logger) LoggerFactory.getLogger(ClientConnections.class);
    logger.addAppender(log);
    logger.setLevel(Level.INFO);
    try {
      int standard = ServerConfig.STANDARD.maxConnections();
      ClientConnections connections = new ClientConnections(standard, 7, new Load());
      for (int most : new int[] {standard, 5, 9, 9, 9, 8, standard}) {
        connections.allow(most);
      }
      assertEquals(
          List.of(Level.INFO, Level.WARN, Level.WARN, Level.INFO),
          log.list.stream().map(ILoggingEvent::getLevel).toList());
    } finally {
      logger.detachAppender(log);
      logger.setLevel(null);
    }
  }

  @Test
  void idleConnectionsGoBeforeAnOlderOneWithAStream() throws Exception {
    List<Socket> idle = new ArrayList<>();
    try (AcceptServer server = AcceptServer.plain();
        TestHttp2Client busy = TestHttp2Client.plain(server.port())) {
      var unused = busy.open("GET", "/hold", List.of(), true);
      AcceptServer.await(() -> !server.held.isEmpty());
      for (int i = 0; i < AT_ONCE; i++) {
        idle.add(server.connect());
      }
      AcceptServer.await(() -> server.connections.open() == AT_ONCE + 1);
      server.connections.makeRoom();
      for (Socket each : idle) {
        assertEquals("", AcceptServer.readAll(each));
      }
      assertNotEquals(0, busy.goAwayCode(), "not asked while others are idle");
      server.connections.makeRoom();
      AcceptServer.await(() -> busy.goAwayCode() == 0);
      server.held.remove().run();
    } finally {
      for (Socket each : idle) {
        each.close();
      }
    }
  }
}
