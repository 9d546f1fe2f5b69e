package io.geminirelay.base.login;

import io.geminirelay.base.config.AdminConfig;
import io.geminirelay.base.config.Secret;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.base.fault.Fault;
import io.geminirelay.base.fault.FaultKind;
import java.net.InetAddress;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares what claims to be the admin token, wherever it was sent: in constant time, and counted,
 * so that no way in can be used to guess. One for the whole engine. Thread safe; while nobody has
 * been wrong, the right token takes no lock.
 */
public final class AdminCheck {
  private static final Logger LOG = LoggerFactory.getLogger(AdminCheck.class);

  /** Guarded by itself: whoever gets that far was wrong, or is among some who were. */
  private final LoginAttempts attempts;

  private volatile boolean quiet = true;

  /** Nobody has been wrong yet, by {@code time}. */
  public AdminCheck(TimeSource time) {
    this.attempts = new LoginAttempts(time);
  }

  /** How often the same wrong token counts. */
  public enum Repeats {
    /** Each time. */
    COUNT,
    /**
     * Once until another one is sent: for what a program sends over and over after the token was
     * changed, which is no guessing and must not lock out the people at its address.
     */
    COUNT_ONCE
  }

  /**
   * Why {@code given} lets nobody in; null where it is the admin token and its address is not
   * locked out.
   *
   * @param expectedSha256 digest of the admin token
   */
  public @Nullable Fault refusal(
      byte[] given,
      byte[] expectedSha256,
      @Nullable InetAddress address,
      AdminConfig rules,
      Repeats repeats) {
    byte[] sha256 = Secret.sha256(given);
    boolean right = MessageDigest.isEqual(sha256, expectedSha256);
    if (right && quiet) {
      return null;
    }
    synchronized (attempts) {
      long lockedNanos = attempts.lockedNanos(address);
      if (lockedNanos > 0) {
        return lockedOut(LoginAttempts.seconds(lockedNanos));
      }
      if (right) {
        attempts.right(address);
      } else {
        count(sha256, address, rules, repeats);
      }
      quiet = attempts.isEmpty();
    }
    return right ? null : Fault.of(FaultKind.UNAUTHENTICATED, "the admin token is wrong");
  }

  private void count(
      byte[] sha256, @Nullable InetAddress address, AdminConfig rules, Repeats repeats) {
    if (repeats == Repeats.COUNT_ONCE && attempts.isRepeat(address, sha256)) {
      return;
    }
    String from = address == null ? "an unknown address" : address.getHostAddress();
    if (attempts.wrong(address, sha256, rules)) {
      LOG.warn("a wrong admin token from {}, one too many: locked out", from);
    } else {
      LOG.warn("a wrong admin token from {}", from);
    }
  }

  private static Fault lockedOut(long seconds) {
    return Fault.until(
        FaultKind.LOCKED_OUT,
        "too many wrong tokens from this address: locked out for " + seconds + " s",
        seconds);
  }
}
