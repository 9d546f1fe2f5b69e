package io.geminirelay.base.telemetry;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.LoggerContextVO;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Marker;
import org.slf4j.event.KeyValuePair;

/**
 * The log event of one exchange: all that an event loop makes for the line. The library's own kind
 * of event has many more fields, asks for the time once more and makes a text of whatever it is
 * about.
 *
 * @param settled what is told
 * @param level how important it is
 * @param threadName name of the event loop
 */
record RequestEvent(Settled settled, Level level, String threadName) implements ILoggingEvent {
  private static final LoggerContextVO NO_CONTEXT = new LoggerContextVO("", Map.of(), 0);
  private static final int MILLI_NANOS = 1_000_000;
  private static final int SECOND_MILLIS = 1_000;

  /** The line of a request that {@code event} is about; null if it is about something else. */
  static @Nullable RequestLine lineOf(ILoggingEvent event) {
    return event instanceof RequestEvent request ? new RequestLine(request.settled) : null;
  }

  @Override
  public String getLoggerName() {
    return AccessLog.LOGGER;
  }

  @Override
  public Level getLevel() {
    return level;
  }

  @Override
  public String getThreadName() {
    return threadName;
  }

  @Override
  public long getTimeStamp() {
    return settled.times().epochMillis();
  }

  @Override
  public int getNanoseconds() {
    return Math.floorMod(getTimeStamp(), SECOND_MILLIS) * MILLI_NANOS;
  }

  @Override
  public String getMessage() {
    return "{}";
  }

  @Override
  public Object[] getArgumentArray() {
    return new Object[] {new RequestLine(settled)};
  }

  @Override
  public String getFormattedMessage() {
    return new RequestLine(settled).toString();
  }

  @Override
  public String toString() {
    return "[" + level + "] " + getFormattedMessage();
  }

  @Override
  public LoggerContextVO getLoggerContextVO() {
    return NO_CONTEXT;
  }

  @Override
  public @Nullable IThrowableProxy getThrowableProxy() {
    return null;
  }

  @Override
  public StackTraceElement[] getCallerData() {
    return new StackTraceElement[0];
  }

  @Override
  public boolean hasCallerData() {
    return false;
  }

  @Override
  public List<Marker> getMarkerList() {
    return List.of();
  }

  @Override
  public Map<String, String> getMDCPropertyMap() {
    return Map.of();
  }

  @Override
  @Deprecated
  @SuppressWarnings("InlineMeSuggester") // an interface wants it
  public Map<String, String> getMdc() {
    return Map.of();
  }

  @Override
  public long getSequenceNumber() {
    return 0;
  }

  @Override
  public List<KeyValuePair> getKeyValuePairs() {
    return List.of();
  }

  /** Nothing to do: what it is about does not change. */
  @Override
  public void prepareForDeferredProcessing() {}
}
