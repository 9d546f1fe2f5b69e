package io.geminirelay.command;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jline.terminal.Attributes;
import org.jline.terminal.Terminal;
import org.jline.utils.NonBlockingReader;
import org.jspecify.annotations.Nullable;

/**
 * The live view: fills the terminal, draws over itself, and leaves it as it was, however it ends.
 *
 * <p>A thread of its own asks the gateway, so that keys are heard while it does not answer; what it
 * learns is drawn by the thread of {@link #run}.
 */
final class StatusScreen {
  private static final String ENTER = "\u001b[?1049h\u001b[?25l\u001b[?7l";
  private static final String LEAVE = "\u001b[?7h\u001b[?25h\u001b[?1049l";
  private static final int CTRL_C = 3;
  private static final long LOOK_MILLIS = 100;
  private static final int USUAL_COLUMNS = 80;
  private static final int USUAL_ROWS = 24;

  private final Terminal terminal;
  private final AdminClient client;
  private final StatusView view;
  private final AtomicBoolean left = new AtomicBoolean();
  private final AtomicBoolean stale = new AtomicBoolean(true);
  private final ConcurrentLinkedQueue<AdminClient.RefusedException> refused =
      new ConcurrentLinkedQueue<>();
  private volatile boolean quit;
  private volatile @Nullable Snapshot last;
  private volatile @Nullable String lost;

  StatusScreen(Terminal terminal, AdminClient client, StatusView view) {
    this.terminal = terminal;
    this.client = client;
    this.view = view;
  }

  /**
   * Shows until somebody quits.
   *
   * @param every pause between two looks at the gateway
   * @throws AdminClient.RefusedException if the gateway does not want to tell
   */
  void run(Duration every) throws IOException {
    Attributes before = terminal.enterRawMode();
    Thread restoring = new Thread(() -> leave(before), "leave-screen");
    Runtime.getRuntime().addShutdownHook(restoring);
    terminal.handle(Terminal.Signal.INT, signal -> quit = true);
    terminal.handle(Terminal.Signal.WINCH, signal -> stale.set(true));
    ScheduledExecutorService asking =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "status");
              thread.setDaemon(true);
              return thread;
            });
    try {
      var unused =
          asking.scheduleWithFixedDelay(this::ask, 0, every.toNanos(), TimeUnit.NANOSECONDS);
      terminal.writer().print(ENTER);
      while (!quit && refused.isEmpty()) {
        if (stale.getAndSet(false) && !left.get()) {
          draw();
        }
        listen();
      }
    } finally {
      asking.shutdownNow();
      leave(before);
      unhook(restoring);
    }
    AdminClient.RefusedException why = refused.poll();
    if (why != null) {
      throw why;
    }
  }

  private static void unhook(Thread restoring) {
    try {
      Runtime.getRuntime().removeShutdownHook(restoring);
    } catch (IllegalStateException stopping) {
      // The hook runs by itself.
      return;
    }
  }

  /** One look at the gateway; whatever becomes of it, there is another. */
  void ask() {
    try {
      last = client.ask();
      lost = null;
    } catch (AdminClient.RefusedException e) {
      refused.add(e);
    } catch (IOException e) {
      String why = e.getMessage();
      lost = why == null ? "it does not answer at " + client.base() : why;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      // Else the task would end unheard, and old figures look like new ones. Its message is not
      // ours: it may show what was sent.
      lost = "it cannot be asked (" + e.getClass().getSimpleName() + ")";
    }
    stale.set(true);
  }

  private void listen() throws IOException {
    int key = terminal.reader().read(LOOK_MILLIS);
    if (key == 'q' || key == 'Q' || key == CTRL_C || key == NonBlockingReader.EOF) {
      quit = true;
    }
  }

  private void draw() {
    int columns = terminal.getColumns() > 0 ? terminal.getColumns() : USUAL_COLUMNS;
    int rows = terminal.getRows() > 0 ? terminal.getRows() : USUAL_ROWS;
    List<String> lines = lines(columns, rows);
    // One write, over what was there: nothing flickers.
    StringBuilder text = new StringBuilder("\u001b[H");
    for (int i = 0; i < lines.size(); i++) {
      text.append(i == 0 ? "" : "\r\n").append(lines.get(i)).append("\u001b[K");
    }
    terminal.writer().print(text.append("\u001b[J"));
    terminal.flush();
  }

  /** What is drawn on a terminal of that size. */
  List<String> lines(int columns, int rows) {
    return view.screen(last, lost, columns, rows);
  }

  /** On a signal the library may have closed its terminal before: written past it. */
  private void leave(Attributes before) {
    if (!left.compareAndSet(false, true)) {
      return;
    }
    try {
      terminal.flush();
      terminal.setAttributes(before);
    } catch (RuntimeException closed) {
      // Then it has put the attributes back by itself.
      quit = true;
    }
    try {
      // Not closed: it is the process's own.
      OutputStream out = new FileOutputStream(FileDescriptor.out);
      out.write(LEAVE.getBytes(StandardCharsets.US_ASCII));
    } catch (IOException gone) {
      // There is no terminal any more to be left behind.
      quit = true;
    }
  }
}
