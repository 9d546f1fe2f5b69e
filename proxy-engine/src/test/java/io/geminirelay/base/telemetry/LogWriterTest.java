package io.geminirelay.base.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.OutputStreamAppender;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.geminirelay.base.config.LogFormat;
import io.geminirelay.base.config.Secret;
import io.geminirelay.base.exchange.Outcome;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Lines on their way through the queue into a stream. */
class LogWriterTest {
  private static final String TOKEN = "a-plain-admin-token";

  private final LoggerContext context = new LoggerContext();
  private final Logger log = context.getLogger("some");
  private final LogQueue queue = new LogQueue();
  private final Slow disk = new Slow();
  private final CountDownLatch begun = new CountDownLatch(1);
  private final CountDownLatch open = new CountDownLatch(1);

  /** A file that takes nothing until it is let, and counts what it is asked to. */
  private final class Slow extends ByteArrayOutputStream {
    private int calls;
    private volatile boolean full;

    @Override
    public void write(byte[] bytes, int offset, int length) {
      begun.countDown();
      try {
        open.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      synchronized (this) {
        calls++;
        if (!full) {
          super.write(bytes, offset, length);
        }
      }
    }

    @Override
    public void flush() throws IOException {
      if (full) {
        throw new IOException("no space left on device");
      }
    }

    synchronized List<String> lines() {
      return toString(StandardCharsets.UTF_8).lines().toList();
    }
  }

  @BeforeEach
  void start() {
    context.setMDCAdapter(new LogbackMDCAdapter());
    LogEncoder form = new LogEncoder();
    form.setContext(context);
    form.start();
    OutputStreamAppender<ILoggingEvent> out = new OutputStreamAppender<>();
    out.setContext(context);
    out.setEncoder(form);
    out.setOutputStream(disk);
    out.start();
    queue.setContext(context);
    queue.addAppender(out);
    queue.start();
    queue.format(LogFormat.JSON);
    log.setLevel(Level.INFO);
    log.addAppender(queue);
  }

  @AfterEach
  void stop() {
    open.countDown();
    context.stop();
  }

  @Test
  void whatWaitedIsWrittenByFewCallsAndInItsOrder() throws Exception {
    queue.hide(List.of(Secret.of(TOKEN)));
    log.info("first");
    begun.await();
    Settled settled = new Told().model(TOKEN).ok("g/1#aaaaaaaaaa").end(Outcome.SERVED, 200);
    for (int i = 0; i < 1_000; i++) {
      log.info("line {} of {}", i, TOKEN);
      log.callAppenders(new RequestEvent(settled, Level.INFO, "relay-1"));
    }
    open.countDown();
    queue.stop();
    List<String> lines = disk.lines();
    assertEquals(2_001, lines.size());
    assertTrue(disk.calls < 20, disk.calls + " calls");
    assertFalse(lines.toString().contains(TOKEN));
    ObjectMapper json = new ObjectMapper();
    for (int i = 0; i < 1_000; i++) {
      assertEquals(
          "line " + i + " of ***", json.readTree(lines.get(2 * i + 1)).get("message").textValue());
      assertEquals("***", json.readTree(lines.get(2 * i + 2)).get("model").textValue());
    }
  }

  @Test
  void whatADiskDoesNotTakeIsCountedAndToldOnceItTakesAgain() {
    open.countDown();
    disk.full = true;
    for (int i = 1; i <= 3; i++) {
      log.info("lost");
      for (long end = System.nanoTime() + 30_000_000_000L; queue.droppedLines() < i; ) {
        assertTrue(System.nanoTime() < end, "not counted");
        Thread.onSpinWait();
      }
    }
    disk.full = false;
    log.info("kept");
    queue.stop();
    assertEquals(3, queue.droppedLines());
    assertEquals(2, disk.lines().size());
    assertTrue(disk.lines().get(0).contains("kept"));
    assertTrue(disk.lines().get(1).contains("3 log lines were dropped"));
  }

  @Test
  void aLineIsWrittenThoughNoneFollows() {
    open.countDown();
    for (int i = 1; i <= 30; i++) {
      log.info("line");
      while (disk.lines().size() < i) {
        Thread.onSpinWait();
      }
    }
  }

  @Test
  void linesOfOneThreadKeepTheirOrderAndNoneIsLost() throws Exception {
    open.countDown();
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      String name = "t" + t;
      Thread thread =
          new Thread(() -> IntStream.range(0, 1_500).forEach(i -> log.info("{} {}", name, i)));
      threads.add(thread);
      thread.start();
    }
    for (Thread each : threads) {
      each.join();
    }
    queue.stop();
    assertEquals(6_000, disk.lines().size());
    for (int t = 0; t < 4; t++) {
      String name = "\"message\":\"t" + t + " ";
      List<String> of = disk.lines().stream().filter(line -> line.contains(name)).toList();
      for (int i = 0; i < 1_500; i++) {
        assertTrue(of.get(i).contains(name + i + "\""), of.get(i));
      }
    }
  }

  @Test
  void anEventWhoseTextCannotBeMadeIsCountedAndTheNextOneWritten() {
    open.countDown();
    log.callAppenders(new RequestEvent(null, Level.ERROR, "relay-1"));
    log.info("next");
    queue.stop();
    assertEquals(1, queue.droppedLines());
    String lines = disk.lines().toString();
    assertEquals(2, disk.lines().size(), lines);
    assertTrue(lines.contains("\"message\":\"next\""), lines);
    assertTrue(lines.contains("1 log lines were dropped"), lines);
  }
}
