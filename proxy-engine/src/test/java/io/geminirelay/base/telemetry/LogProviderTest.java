package io.geminirelay.base.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;

class LogProviderTest {
  private static final Path FILE = Path.of("src/main/resources/logback.xml");

  @Test
  void logsAsTheFileSays() throws Exception {
    LoggerContext read = new LoggerContext();
    LoggerContext made = new LoggerContext();
    try {
      JoranConfigurator configurator = new JoranConfigurator();
      configurator.setContext(read);
      configurator.doConfigure(FILE.toFile());
      LogProvider.configure(made);
      assertEquals(described(read), described(made));
    } finally {
      read.stop();
      made.stop();
    }
  }

  @Test
  void givesWhatItHasMade() {
    LogProvider provider = new LogProvider();
    provider.initialize();
    LoggerContext context = assertInstanceOf(LoggerContext.class, provider.getLoggerFactory());
    try {
      assertEquals("default", context.getName());
      assertSame(provider.getMDCAdapter(), context.getMDCAdapter());
      assertSame(provider.getMarkerFactory(), provider.getMarkerFactory());
      assertEquals(Level.WARN, context.getLogger("io.netty.channel").getEffectiveLevel());
    } finally {
      context.stop();
    }
  }

  /** Loggers with a level, each with its appenders and what is behind them. */
  private static List<String> described(LoggerContext context) {
    List<String> all = new ArrayList<>();
    all.add(context.getStatusManager().getCopyOfStatusListenerList().get(0).getClass().getName());
    for (Logger logger : context.getLoggerList()) {
      if (logger.getLevel() != null) {
        all.add(logger.getName() + " " + logger.getLevel() + " " + logger.isAdditive());
        addAppenders(all, logger.iteratorForAppenders());
      }
    }
    return all;
  }

  private static void addAppenders(List<String> all, Iterator<Appender<ILoggingEvent>> appenders) {
    while (appenders.hasNext()) {
      Appender<ILoggingEvent> each = appenders.next();
      all.add(each.getClass().getName() + " " + each.getName() + " " + each.isStarted());
      if (each instanceof LogQueue queue) {
        addAppenders(all, queue.iteratorForAppenders());
      } else if (each instanceof ConsoleAppender<ILoggingEvent> console) {
        all.add(console.getTarget() + " " + console.getEncoder().getClass().getName());
        all.add(String.valueOf(console.isImmediateFlush()));
      }
    }
  }
}
