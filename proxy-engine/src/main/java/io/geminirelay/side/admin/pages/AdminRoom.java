package io.geminirelay.side.admin.pages;

import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.base.fault.FaultKind;
import io.geminirelay.base.telemetry.LogLevels;
import io.geminirelay.base.telemetry.Telemetry;
import io.geminirelay.flow.keys.ApiKey;
import io.geminirelay.side.admin.AdminActions;
import io.geminirelay.side.admin.AdminOperation;
import io.geminirelay.side.admin.AdminProblem;
import io.geminirelay.side.admin.GatewayView;
import io.geminirelay.side.admin.events.EventSource;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What all pages look at and work with, and the list of them.
 *
 * @param view the gateway as it is now; asked anew for every request
 * @param actions what can be done to it
 * @param telemetry what happened
 * @param logs how much is logged
 * @param time the clock
 */
public record AdminRoom(
    Supplier<GatewayView> view,
    AdminActions actions,
    Telemetry telemetry,
    LogLevels logs,
    TimeSource time) {

  /** Everything that can be asked of the gateway, but for login, events and the description. */
  public List<AdminOperation> operations() {
    return Stream.of(
            new OverviewPages(this).operations(),
            new KeyPages(this).operations(),
            new KeyChanges(this).operations(),
            new KeyChecks(this).operations(),
            new PoolPages(this).operations(),
            new ModelPage(this).operations(),
            new ClientPages(this).operations(),
            new RequestPages(this).operations(),
            new ConfigPages(this).operations(),
            new LogPages(this).operations())
        .flatMap(List::stream)
        .toList();
  }

  /** What the live events tell. */
  public List<EventSource> events() {
    return new LiveNews(this).sources();
  }

  /** The key with the fingerprint {@code id}; 404 where there is none. */
  static ApiKey key(GatewayView view, String id) {
    ApiKey key = find(view, id);
    if (key == null) {
      throw AdminProblem.of(FaultKind.NOT_FOUND, "no key has this fingerprint");
    }
    return key;
  }

  /** The key with the fingerprint {@code id}, or null. */
  static @Nullable ApiKey find(GatewayView view, String id) {
    return keys(view).filter(key -> key.secret().fingerprint().equals(id)).findAny().orElse(null);
  }

  /** All keys, in the order of the configuration. */
  static Stream<ApiKey> keys(GatewayView view) {
    return view.keys().groups().stream().flatMap(group -> group.keys().stream());
  }
}
