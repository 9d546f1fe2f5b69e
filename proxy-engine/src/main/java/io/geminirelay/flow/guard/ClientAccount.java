package io.geminirelay.flow.guard;

import io.geminirelay.base.config.ClientConfig;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.base.fault.Fault;
import io.geminirelay.base.fault.FaultKind;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What one client has under way and how much it may still ask.
 *
 * <p>Each limit of a minute is a bucket that holds a minute's worth: as much can come at once, and
 * then flows back evenly. They, and how many requests are under way, can be shared with other
 * instances. Lock-free; one for all event loops.
 */
public final class ClientAccount {
  private static final long CONCURRENT_RETRY_SECONDS = 1;

  private final String name;
  private final long requestsPerMinute;
  private final long tokensPerMinute;
  private final int maxConcurrent;
  private final @Nullable SharedBucket requests;
  private final @Nullable SharedBucket tokens;
  private final Slots slots;

  /** Full, with nothing under way. */
  ClientAccount(ClientConfig client, TimeSource time) {
    this(client, time, null);
  }

  /** What is under way, and what is left of limits that stay, is that of {@code before}. */
  private ClientAccount(ClientConfig client, TimeSource time, @Nullable ClientAccount before) {
    this.name = client.name();
    this.requestsPerMinute = client.requestsPerMinute();
    this.tokensPerMinute = client.tokensPerMinute();
    this.maxConcurrent = client.maxConcurrent();
    this.slots = before == null ? new Slots("concurrent/" + name) : before.slots;
    this.requests =
        before != null && before.requestsPerMinute == requestsPerMinute
            ? before.requests
            : bucket("requests", requestsPerMinute, time);
    this.tokens =
        before != null && before.tokensPerMinute == tokensPerMinute
            ? before.tokens
            : bucket("tokens", tokensPerMinute, time);
  }

  /**
   * The account of the same client with other limits: what is under way stays so, and what was used
   * of a limit that stays. The slots keep their limit until {@link #begin}.
   */
  ClientAccount successor(ClientConfig client, TimeSource time) {
    return new ClientAccount(client, time, this);
  }

  /** The limit of what is under way is that of this account from now on. */
  void begin() {
    slots.limit(maxConcurrent);
  }

  private @Nullable SharedBucket bucket(String what, long perMinute, TimeSource time) {
    return perMinute == 0 ? null : new SharedBucket(what + "/" + name, perMinute, time);
  }

  /** What is under way; limited where {@code max_concurrent} is set. */
  Slots slots() {
    return slots;
  }

  /** What of a minute can be shared with the other instances. */
  List<SharedBucket> buckets() {
    return Stream.of(requests, tokens).filter(Objects::nonNull).toList();
  }

  /** Whether {@code client} has the limits of this account. */
  boolean isFor(ClientConfig client) {
    return client.requestsPerMinute() == requestsPerMinute
        && client.tokensPerMinute() == tokensPerMinute
        && client.maxConcurrent() == maxConcurrent;
  }

  /** The client's name. */
  public String name() {
    return name;
  }

  /** Its requests here that are not over. */
  public int inFlight() {
    return slots.used();
  }

  /** Requests it may make now; -1 where they are not limited. */
  public long requestsLeft() {
    return requests == null ? -1 : Math.max(0, requests.room());
  }

  /** Tokens it may use now, 0 where it owes some; -1 where they are not limited. */
  public long tokensLeft() {
    return tokens == null ? -1 : Math.max(0, tokens.room());
  }

  /** Whether what it may ask in a minute is shared with other instances now. */
  public boolean isShared() {
    return (requests != null && requests.isShared()) || (tokens != null && tokens.isShared());
  }

  /**
   * Requests it may have under way beside those it has here and, as far as was told, elsewhere; -1
   * where they are not limited.
   */
  public int concurrencyLeft() {
    return maxConcurrent == 0 ? -1 : slots.left();
  }

  /** Tokens it may use in a minute; 0 where they are not limited. */
  long tokensPerMinute() {
    return tokensPerMinute;
  }

  /** Whether tokens are counted. */
  boolean countsTokens() {
    return tokens != null;
  }

  /** Lets a request in, or says why not; who is let in has to {@link #leave} once. */
  @Nullable Fault enter() {
    // What waits longest is asked first, and nothing is taken before everything has been asked.
    long waitNanos = tokens == null ? 0 : tokens.waitNanos(1);
    if (waitNanos > 0) {
      return tooManyTokens(waitNanos);
    }
    waitNanos = requests == null ? 0 : requests.waitNanos(1);
    if (waitNanos > 0) {
      return tooManyRequests(waitNanos);
    }
    if (!slots.tryTake()) {
      return tooManyConcurrent();
    }
    if (requests != null && !requests.tryTake(1)) {
      leave();
      return tooManyRequests(requests.waitNanos(1));
    }
    return null;
  }

  /** Whether a request would be let in now. Where not, it is said that one is waited for. */
  boolean isOpen() {
    boolean minute =
        (tokens == null || tokens.waitNanos(1) == 0)
            && (requests == null || requests.waitNanos(1) == 0);
    if (!minute || !slots.tryTake()) {
      return false;
    }
    slots.giveBack();
    return true;
  }

  /** Says that a request is over. */
  void leave() {
    slots.giveBack();
  }

  /** Charges {@code count} tokens, or gives so many back where it is negative. */
  void charge(long count) {
    if (tokens == null || count == 0) {
      return;
    }
    if (count > 0) {
      tokens.takeAnyway(count);
    } else {
      tokens.giveBack(-count);
    }
  }

  private Fault tooManyConcurrent() {
    String detail =
        slots.isShared()
            ? "this client may have " + slots.limit() + " requests under way at all gateways"
            : "this client has " + slots.limit() + " requests under way, as many as it may";
    return Fault.until(FaultKind.TOO_MANY_CONCURRENT, detail, CONCURRENT_RETRY_SECONDS);
  }

  private Fault tooManyTokens(long waitNanos) {
    long seconds = wholeSeconds(waitNanos);
    String detail =
        isAwaited(tokens)
            ? "this instance has none of the client's %d tokens a minute at hand: try again in %d s"
                .formatted(tokensPerMinute, seconds)
            : "this client has used the %d tokens a minute it may: try again in %d s"
                .formatted(tokensPerMinute, seconds);
    return Fault.until(FaultKind.TOO_MANY_CLIENT_TOKENS, detail, seconds);
  }

  private Fault tooManyRequests(long waitNanos) {
    long seconds = wholeSeconds(waitNanos);
    String detail =
        isAwaited(requests)
            ? "this instance has none of the client's %d requests a minute at hand: try again in %d s"
                .formatted(requestsPerMinute, seconds)
            : "this client has made the %d requests a minute it may: try again in %d s"
                .formatted(requestsPerMinute, seconds);
    return Fault.until(FaultKind.TOO_MANY_REQUESTS, detail, seconds);
  }

  /** Whether other instances have what is wanted, or the store has and was not heard of yet. */
  private static boolean isAwaited(@Nullable SharedBucket bucket) {
    return bucket != null && bucket.isAwaited(1);
  }

  /** {@code nanos} as a {@code Retry-After} says it: rounded up, so that it is never too early. */
  static long wholeSeconds(long nanos) {
    long second = TimeUnit.SECONDS.toNanos(1);
    return Math.max(1, (nanos + second - 1) / second);
  }
}
