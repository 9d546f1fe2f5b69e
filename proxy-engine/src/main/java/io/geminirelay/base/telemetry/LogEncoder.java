package io.geminirelay.base.telemetry;

import ch.qos.logback.classic.pattern.TargetLengthBasedClassNameAbbreviator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.encoder.EncoderBase;
import io.geminirelay.base.config.LogFormat;
import io.geminirelay.base.config.Secret;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/**
 * Makes the lines of the log, as JSON or as text, on the thread of the appender.
 *
 * <p>A line of JSON is one flat object of ASCII alone. Its members are {@code time}, {@code level},
 * {@code logger}, {@code thread}, then {@code message} and {@code exception}, or for a request
 * those of its {@link RequestLine}. In either form, only a stack trace goes on in a second line of
 * text; whatever somebody else wrote ends none. Credentials are taken out, see {@link LineScrub}.
 */
public final class LogEncoder extends EncoderBase<ILoggingEvent> {
  private static final byte[] NOTHING = {};
  private static final int LOGGER_CHARS = 30;
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private final TargetLengthBasedClassNameAbbreviator shortNames =
      new TargetLengthBasedClassNameAbbreviator(LOGGER_CHARS);
  private volatile LogFormat format = LogFormat.TEXT;
  private volatile LineScrub scrub = LineScrub.FORMS;

  /** Writes text until it is told otherwise. */
  public LogEncoder() {}

  /** Writes {@code form} from now on. */
  public void format(LogFormat form) {
    format = form;
  }

  /** Shows none of {@code secrets} from now on, besides those it was told of before. */
  public synchronized void hide(Collection<Secret> secrets) {
    List<String> forms = new ArrayList<>();
    for (Secret each : secrets) {
      String text = each.reveal();
      StringBuilder oneLine = new StringBuilder();
      LineText.appendOnOneLine(oneLine, text);
      forms.add(oneLine.toString());
      forms.add(inJson(text));
      forms.add(LogFields.quoted(text));
    }
    scrub = scrub.with(forms);
  }

  /** {@code text} as it stands within a line of JSON. */
  private static String inJson(String text) {
    LineBytes quoted = new LineBytes();
    quoted.text(text);
    return new String(quoted.copy(), StandardCharsets.US_ASCII);
  }

  @Override
  public byte[] headerBytes() {
    return NOTHING;
  }

  @Override
  public byte[] footerBytes() {
    return NOTHING;
  }

  @Override
  public byte[] encode(ILoggingEvent event) {
    LineBytes line = new LineBytes();
    add(event, line);
    clean(line);
    return line.copy();
  }

  /** Adds the line of {@code event} to {@code out}, as yet with what must not be shown. */
  void add(ILoggingEvent event, LineBytes out) {
    if (format == LogFormat.JSON) {
      json(event, out);
    } else {
      out.raw(text(event));
    }
  }

  /** Takes out of {@code lines} what must not be shown. */
  void clean(LineBytes lines) {
    lines.cut(scrub.clean(lines.array(), 0, lines.length()));
  }

  private static void json(ILoggingEvent event, LineBytes out) {
    out.raw('{');
    LineMember.TIME.time(out, event.getTimeStamp());
    LineMember.LEVEL.text(out, event.getLevel().toString());
    LineMember.LOGGER.text(out, event.getLoggerName());
    LineMember.THREAD.text(out, event.getThreadName());
    RequestLine line = RequestEvent.lineOf(event);
    if (line != null) {
      line.write(out);
    } else {
      LineMember.MESSAGE.whole(out, event.getFormattedMessage());
    }
    IThrowableProxy thrown = event.getThrowableProxy();
    if (thrown != null) {
      StringBuilder stack = new StringBuilder();
      LineText.appendStack(stack, thrown);
      LineMember.EXCEPTION.text(out, stack.toString());
    }
    out.raw('}');
    out.raw('\n');
  }

  private byte[] text(ILoggingEvent event) {
    StringBuilder out = new StringBuilder(512);
    out.append(time(event)).append(' ');
    out.append(event.getLevel()).append(event.getLevel().toString().length() < 5 ? "  [" : " [");
    LineText.appendOnOneLine(out, event.getThreadName());
    out.append("] ").append(shortNames.abbreviate(event.getLoggerName())).append(" - ");
    LineText.appendOnOneLine(out, event.getFormattedMessage());
    out.append('\n');
    IThrowableProxy thrown = event.getThrowableProxy();
    if (thrown != null) {
      LineText.appendStack(out, thrown);
    }
    return out.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static String time(ILoggingEvent event) {
    return TIME.format(Instant.ofEpochMilli(event.getTimeStamp()));
  }
}
