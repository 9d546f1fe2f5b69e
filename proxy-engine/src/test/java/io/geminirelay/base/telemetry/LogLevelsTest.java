package io.geminirelay.base.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.geminirelay.base.config.LogFormat;
import io.geminirelay.base.config.TelemetryConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class LogLevelsTest {
  private final Logger root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
  private final Logger netty = (Logger) LoggerFactory.getLogger("io.netty");
  private final Level rootBefore = root.getLevel();
  private final Level nettyBefore = netty.getLevel();
  private final LogLevels levels =
      new LogLevels(() -> new TelemetryConfig("ERROR", LogFormat.JSON));

  @AfterEach
  void restore() {
    root.setLevel(rootBefore);
    netty.setLevel(nettyBefore);
    ((Logger) LoggerFactory.getLogger("access")).setLevel(null);
    ((Logger) LoggerFactory.getLogger("io.geminirelay")).setLevel(null);
  }

  private String level(String name) {
    return told(name).level();
  }

  private LogLevels.Told told(String name) {
    return levels.told().stream()
        .filter(each -> each.logger().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void setsAndResetsOneLoggerAtATime() {
    assertTrue(levels.set("root", "info"));
    assertTrue(levels.set("access", "DEBUG"));
    assertEquals("INFO", level("root"));
    assertEquals("DEBUG", level("access"));
    assertEquals("INFO", level("io.geminirelay"));
    assertTrue(levels.set("io.geminirelay", "trace"));
    assertEquals("TRACE", level("io.geminirelay"));
    assertTrue(told("access").own());
    assertTrue(levels.set("access", null));
    assertFalse(told("access").own());
    assertEquals("INFO", level("access"));
    assertTrue(levels.set("root", null));
    assertEquals("ERROR", level("root"));
    assertTrue(levels.set("io.netty", null));
    assertEquals("WARN", level("io.netty"));
  }

  @Test
  void refusesNamesAndLevelsThatItDoesNotKnow() {
    var before = levels.told();
    assertFalse(levels.set("org.example", "DEBUG"));
    assertFalse(levels.set("io.geminirelay.no.such.Thing", "DEBUG"));
    assertFalse(levels.set("access", "loud"));
    assertFalse(levels.set("access", "ALL"));
    assertFalse(levels.set("access", ""));
    assertEquals(before, levels.told());
  }
}
