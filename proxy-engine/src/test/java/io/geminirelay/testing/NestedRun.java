package io.geminirelay.testing;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** Runs a test class inside a test, to see how our own extensions judge it. */
final class NestedRun {
  private NestedRun() {}

  static TestExecutionSummary of(Class<?> test, boolean noSkips) {
    SummaryGeneratingListener listener = new SummaryGeneratingListener();
    LauncherFactory.create()
        .execute(
            LauncherDiscoveryRequestBuilder.request()
                .selectors(selectClass(test))
                .configurationParameter(SkipGuard.SETTING, Boolean.toString(noSkips))
                .build(),
            listener);
    return listener.getSummary();
  }

  static String failures(TestExecutionSummary summary) {
    StringWriter text = new StringWriter();
    summary.printFailuresTo(new PrintWriter(text, true));
    return text.toString();
  }
}
