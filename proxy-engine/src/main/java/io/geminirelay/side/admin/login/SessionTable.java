package io.geminirelay.side.admin.login;

import io.geminirelay.base.config.Secret;
import io.geminirelay.base.exchange.TimeSource;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The open sessions, at most {@value #MAX}; of more the oldest ends. Only digests are kept, so who
 * reads this memory cannot log in with it. Admin thread only.
 */
final class SessionTable {
  static final int MAX = 64;

  private static final int ID_BYTES = 32;

  private final TimeSource time;
  private final SecureRandom random = new SecureRandom();

  // In the order of their beginning.
  private final LinkedHashMap<String, Session> sessions = new LinkedHashMap<>();

  SessionTable(TimeSource time) {
    this.time = time;
  }

  /** Opens a session; returns the value of its cookie, which is not kept. */
  String open(Duration lasts) {
    byte[] bytes = new byte[ID_BYTES];
    random.nextBytes(bytes);
    String id = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    long now = time.nanoTime();
    sessions.values().removeIf(session -> session.endNanos() - now <= 0);
    if (sessions.size() >= MAX) {
      sessions.remove(sessions.keySet().iterator().next());
    }
    String digest = digest(id);
    sessions.put(digest, new Session(digest, now + lasts.toNanos(), time.instant().plus(lasts)));
    return id;
  }

  /** The session whose cookie has this value; null for none. */
  @Nullable Session find(String id) {
    // Looked up by digest: how long that takes tells nothing of the cookies that there are.
    Session session = sessions.get(digest(id));
    return session != null && isOpen(session) ? session : null;
  }

  /** Whether {@code session} has not ended. */
  boolean isOpen(Session session) {
    return sessions.containsKey(session.digest()) && session.endNanos() - time.nanoTime() > 0;
  }

  /** Ends {@code session}. */
  void end(Session session) {
    sessions.remove(session.digest());
  }

  /** Ends all. */
  void endAll() {
    sessions.clear();
  }

  /**
   * What a page has to show with every write of the session whose cookie has the value {@code id}:
   * made from it, so that it need not be kept, and no way back.
   */
  static String csrf(String id) {
    byte[] digest = Secret.sha256(("csrf:" + id).getBytes(StandardCharsets.UTF_8));
    return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
  }

  private static String digest(String id) {
    return HexFormat.of().formatHex(Secret.sha256(id.getBytes(StandardCharsets.UTF_8)));
  }
}
