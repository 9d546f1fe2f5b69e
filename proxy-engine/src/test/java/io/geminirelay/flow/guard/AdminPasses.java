package io.geminirelay.flow.guard;

import io.geminirelay.base.config.AdminConfig;
import io.geminirelay.base.config.Secret;
import io.geminirelay.base.login.AdminCheck;
import io.geminirelay.testing.FakeTime;
import org.jspecify.annotations.Nullable;

/** The operator's tokens, for tests. */
final class AdminPasses {
  private AdminPasses() {}

  static AdminPass of(@Nullable Secret admin) {
    return new AdminPass(new AdminCheck(new FakeTime()), AdminConfig.STANDARD, admin, null);
  }
}
