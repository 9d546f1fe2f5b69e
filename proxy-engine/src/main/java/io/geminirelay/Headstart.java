package io.geminirelay;

import io.geminirelay.base.config.TrustRoots;
import java.security.GeneralSecurityException;
import java.time.ZoneId;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * Gets ready in the JDK what every start needs and no configuration changes, on a thread of its own
 * while that is read: half of what a start has to do. Whoever needs it meanwhile waits for it in
 * the JDK, and what fails here fails for him again; so it decides nothing.
 *
 * <p>The JDK's classes alone: those of other libraries may wait for each other when two threads
 * come to them from different sides.
 */
final class Headstart implements Runnable {
  /** Of those that the JDK finds by asking every jar, which opens them all. */
  private static final String ZONE = "America/Los_Angeles";

  /**
   * Held, as the JDK keeps what it has read for no longer than somebody needs it. Guarded by this.
   */
  private @Nullable TrustManagerFactory roots;

  /** Guarded by this. */
  private boolean over;

  private Headstart() {}

  /** One that has not begun, for {@link #run}. */
  static Headstart idle() {
    return new Headstart();
  }

  /** Begins. */
  static Headstart begin() {
    Headstart headstart = idle();
    Thread thread = new Thread(headstart, "headstart");
    thread.setDaemon(true);
    thread.start();
    return headstart;
  }

  @Override
  public void run() {
    try {
      var unused = ZoneId.of(ZONE).getRules();
      SSLContext tls = SSLContext.getInstance("TLS");
      tls.init(null, new TrustManager[0], null);
      var unusedToo = tls.getSupportedSSLParameters();
      hold(TrustRoots.factoryOf(null));
    } catch (GeneralSecurityException | RuntimeException e) {
      // Whoever needs it meets the same, and tells.
    }
  }

  private synchronized void hold(TrustManagerFactory read) {
    if (!over) {
      roots = read;
    }
  }

  /** Whether it has read something that is held for others. */
  synchronized boolean holds() {
    return roots != null;
  }

  /** Lets go: whoever needs it has it by now. */
  synchronized void over() {
    over = true;
    roots = null;
  }
}
