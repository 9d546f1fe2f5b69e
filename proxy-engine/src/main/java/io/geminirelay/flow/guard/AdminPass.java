package io.geminirelay.flow.guard;

import io.geminirelay.base.config.AdminConfig;
import io.geminirelay.base.config.EngineConfig;
import io.geminirelay.base.config.Secret;
import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.fault.Fault;
import io.geminirelay.base.fault.FaultKind;
import io.geminirelay.base.login.AdminCheck;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * The tokens of who runs the gateway, outside the admin interface: that of the admin, and that of
 * the metrics, which opens nothing else. Immutable; who was wrong is kept for all ways in together.
 */
public final class AdminPass {
  private final AdminCheck check;
  private final AdminConfig rules;
  private final byte @Nullable [] adminSha256;
  private final byte @Nullable [] metricsSha256;

  /**
   * Knows the tokens.
   *
   * @param check compares the admin's
   * @param rules when an address is locked out
   * @param admin the admin's token; null for none
   * @param metrics opens the metrics; null for none
   */
  AdminPass(AdminCheck check, AdminConfig rules, @Nullable Secret admin, @Nullable Secret metrics) {
    this.check = check;
    this.rules = rules;
    this.adminSha256 = sha256(admin);
    this.metricsSha256 = sha256(metrics);
  }

  /** The tokens of {@code config}. */
  public static AdminPass of(EngineConfig config, AdminCheck check) {
    return new AdminPass(
        check, config.admin(), config.server().adminToken(), config.server().metricsToken());
  }

  private static byte @Nullable [] sha256(@Nullable Secret token) {
    return token == null ? null : Secret.sha256(token.reveal().getBytes(StandardCharsets.UTF_8));
  }

  /** Whether there is an admin token. */
  boolean isConfigured() {
    return adminSha256 != null;
  }

  /** Whether {@code token} is the one of the metrics, which is never counted as a guess. */
  boolean opensMetrics(byte[] token) {
    byte[] expected = metricsSha256;
    return expected != null && MessageDigest.isEqual(Secret.sha256(token), expected);
  }

  /** Why {@code token}, from the address of {@code exchange}, is not the admin's; null if it is. */
  @Nullable Fault refusal(byte[] token, Exchange exchange) {
    byte[] expected = adminSha256;
    return expected == null
        ? Fault.of(FaultKind.UNAUTHENTICATED, "the token is wrong")
        : check.refusal(
            token, expected, exchange.caller().address(), rules, AdminCheck.Repeats.COUNT_ONCE);
  }
}
