package io.geminirelay.base.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.AppenderBase;
import io.geminirelay.base.exchange.Outcome;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LogQueueTest {
  private final LoggerContext context = new LoggerContext();
  private final Logger log = context.getLogger("some");
  private final LogQueue queue = new LogQueue();
  private final CountDownLatch begun = new CountDownLatch(1);
  private final CountDownLatch open = new CountDownLatch(1);
  private final List<String> written = new CopyOnWriteArrayList<>();

  /** A disk that writes nothing until it is let. */
  private final class Slow extends AppenderBase<ILoggingEvent> {
    @Override
    protected void append(ILoggingEvent event) {
      begun.countDown();
      try {
        open.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      written.add(
          event.getLevel() + " " + event.getThreadName() + " " + event.getFormattedMessage());
    }
  }

  @BeforeEach
  void start() {
    // A context that the program's own logging makes has one.
    context.setMDCAdapter(new LogbackMDCAdapter());
    Slow slow = new Slow();
    slow.setContext(context);
    slow.start();
    queue.setContext(context);
    queue.addAppender(slow);
    queue.start();
    log.setLevel(Level.INFO);
    log.addAppender(queue);
  }

  @AfterEach
  void stop() {
    open.countDown();
    context.stop();
  }

  @Test
  void dropsOrdinaryLinesFirstCountsThemAndTellsIt() throws Exception {
    log.info("first");
    begun.await();
    for (int i = 0; i < 10_000; i++) {
      log.info("line {}", i);
    }
    assertEquals(10_001 - LogQueue.ORDINARY, queue.droppedLines());
    int room = LogQueue.CAPACITY - LogQueue.ORDINARY;
    for (int i = 0; i < room; i++) {
      log.warn("warning {}", i);
    }
    assertEquals(
        10_001 - LogQueue.ORDINARY, queue.droppedLines(), "warnings have room of their own");
    log.error("one too many");
    long dropped = 10_002 - LogQueue.ORDINARY;
    assertEquals(dropped, queue.droppedLines());
    open.countDown();
    queue.stop();
    assertEquals(LogQueue.CAPACITY + 1, written.size(), "all that waited, and what tells");
    assertTrue(written.get(0).endsWith("first"), written.get(0));
    assertTrue(
        written.stream().anyMatch(l -> l.endsWith(dropped + " log lines were dropped")),
        written.get(1));
  }

  @Test
  void aRequestsLineIsMadeByTheWriterWithTheNameOfWhoLogged() throws Exception {
    Settled settled = new Told().ok("g/1#aaaaaaaaaa").end(Outcome.SERVED, 200);
    Thread loop =
        new Thread(
            () ->
                log.callAppenders(
                    new RequestEvent(settled, Level.INFO, Thread.currentThread().getName())),
            "relay-7");
    loop.start();
    loop.join();
    open.countDown();
    queue.stop();
    assertEquals(1, written.size());
    assertTrue(
        written.get(0).startsWith("INFO relay-7 id=id trace_id=- client=crawler "), written.get(0));
  }
}
