package io.geminirelay.base.telemetry;

import ch.qos.logback.classic.ClassicConstants;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LogbackServiceProvider;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.CoreConstants;
import ch.qos.logback.core.status.NopStatusListener;
import ch.qos.logback.core.util.OptionHelper;
import org.slf4j.ILoggerFactory;
import org.slf4j.IMarkerFactory;
import org.slf4j.helpers.BasicMarkerFactory;
import org.slf4j.spi.MDCAdapter;
import org.slf4j.spi.SLF4JServiceProvider;

/**
 * The log as {@code logback.xml} has it, without reading that file: its library would look for
 * configurations, and for who reads them, in every jar, which takes a good part of a start.
 *
 * <p>{@code jvm.options} names it ({@code slf4j.provider}). Steps aside for a file that the
 * operator names ({@code logback.configurationFile}).
 */
public final class LogProvider implements SLF4JServiceProvider {
  private static final String ROOT = org.slf4j.Logger.ROOT_LOGGER_NAME;

  private final LogbackServiceProvider library = new LogbackServiceProvider();
  private final LoggerContext context = new LoggerContext();
  private final LogbackMDCAdapter mdc = new LogbackMDCAdapter();
  private final IMarkerFactory markers = new BasicMarkerFactory();
  private final boolean aside =
      OptionHelper.getSystemProperty(ClassicConstants.CONFIG_FILE_PROPERTY) != null;

  /** For slf4j, which initializes it. */
  public LogProvider() {}

  @Override
  public void initialize() {
    if (aside) {
      library.initialize();
      return;
    }
    context.setName(CoreConstants.DEFAULT_CONTEXT_NAME);
    context.setMDCAdapter(mdc);
    configure(context);
    context.start();
  }

  /** Gives {@code context} the loggers and appenders of {@code logback.xml}. */
  static void configure(LoggerContext context) {
    context.getStatusManager().add(new NopStatusListener());
    LogEncoder encoder = new LogEncoder();
    encoder.setContext(context);
    encoder.start();
    ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
    console.setContext(context);
    console.setName("console");
    console.setTarget("System.err");
    console.setEncoder(encoder);
    console.start();
    LogQueue queue = new LogQueue();
    queue.setContext(context);
    queue.setName("queue");
    queue.addAppender(console);
    queue.start();
    context.getLogger("io.netty").setLevel(Level.WARN);
    context.getLogger("io.lettuce").setLevel(Level.ERROR);
    Logger root = context.getLogger(ROOT);
    root.setLevel(Level.INFO);
    root.addAppender(queue);
  }

  @Override
  public ILoggerFactory getLoggerFactory() {
    return aside ? library.getLoggerFactory() : context;
  }

  @Override
  public IMarkerFactory getMarkerFactory() {
    return aside ? library.getMarkerFactory() : markers;
  }

  @Override
  public MDCAdapter getMDCAdapter() {
    return aside ? library.getMDCAdapter() : mdc;
  }

  @Override
  public String getRequestedApiVersion() {
    return LogbackServiceProvider.REQUESTED_API_VERSION;
  }
}
