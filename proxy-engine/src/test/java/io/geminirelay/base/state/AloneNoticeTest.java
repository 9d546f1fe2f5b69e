package io.geminirelay.base.state;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** A store that is away is not taken for one that is slow. */
class AloneNoticeTest {
  private static final String SLOW =
      "the store is too slow to share limits, or refuses: each instance counts alone";

  private final Logger log = (Logger) LoggerFactory.getLogger(AloneNotice.class);
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
  private final AloneNotice notice = new AloneNotice("limits");
  private long now;

  @BeforeEach
  void listen() {
    log.setLevel(Level.INFO);
    lines.start();
    log.addAppender(lines);
  }

  @AfterEach
  void leave() {
    log.detachAppender(lines);
    log.setLevel(null);
  }

  private void look(boolean shares, int seconds) {
    for (int i = 0; i < 10 * seconds; i++) {
      now += TimeUnit.MILLISECONDS.toNanos(100);
      notice.look(shares, now);
    }
  }

  private List<String> told() {
    return lines.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
  }

  @Test
  void saysOnceThatAStoreThatIsThereIsTooSlowAndOnceThatThisIsOver() {
    notice.alone(now);
    look(true, 1);
    assertEquals(List.of(), told());
    look(true, 10);
    notice.alone(now);
    look(true, 10);
    assertEquals(List.of(SLOW), told());
    notice.shared();
    look(true, 10);
    assertEquals(List.of(SLOW, "limits are shared again"), told());
  }

  @Test
  void saysNothingOfAStoreThatWasAwayAndIsBack() {
    notice.alone(now);
    look(false, 60);
    look(true, 1);
    notice.shared();
    look(true, 10);
    assertEquals(List.of(), told());
  }
}
