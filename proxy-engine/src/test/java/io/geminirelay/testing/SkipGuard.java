package io.geminirelay.testing;

import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.LifecycleMethodExecutionExceptionHandler;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.opentest4j.TestAbortedException;

/**
 * Makes a skipped test a failed one where nothing may be skipped: with {@code CI=true} in the
 * environment, or with {@value #SETTING} set among JUnit's configuration parameters.
 *
 * <p>Covers failed assumptions, in tests in the methods around them, and methods that are {@link
 * Disabled}.
 */
public final class SkipGuard
    implements BeforeAllCallback,
        TestExecutionExceptionHandler,
        LifecycleMethodExecutionExceptionHandler {

  static final String SETTING = "io.geminirelay.testing.noSkips";

  /** Fails a class with disabled methods: their conditions are judged before ours could be. */
  @Override
  public void beforeAll(ExtensionContext context) {
    boolean disabled =
        !AnnotationSupport.findAnnotatedMethods(
                context.getRequiredTestClass(), Disabled.class, HierarchyTraversalMode.TOP_DOWN)
            .isEmpty();
    if (disabled && skipsFail(context)) {
      throw new AssertionError("disabled tests, but nothing may be skipped here");
    }
  }

  @Override
  public void handleTestExecutionException(ExtensionContext context, Throwable thrown)
      throws Throwable {
    throw judged(context, thrown);
  }

  @Override
  public void handleBeforeAllMethodExecutionException(ExtensionContext context, Throwable thrown)
      throws Throwable {
    throw judged(context, thrown);
  }

  @Override
  public void handleBeforeEachMethodExecutionException(ExtensionContext context, Throwable thrown)
      throws Throwable {
    throw judged(context, thrown);
  }

  private static Throwable judged(ExtensionContext context, Throwable thrown) {
    return thrown instanceof TestAbortedException && skipsFail(context)
        ? new AssertionError("skipped, but nothing may be skipped here", thrown)
        : thrown;
  }

  private static boolean skipsFail(ExtensionContext context) {
    return context
        .getConfigurationParameter(SETTING)
        .map(Boolean::parseBoolean)
        .orElseGet(() -> "true".equals(System.getenv("CI")));
  }
}
