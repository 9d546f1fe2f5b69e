package io.geminirelay.base.fault;

import org.jspecify.annotations.Nullable;

/**
 * One failure as a value.
 *
 * @param kind row of the table
 * @param detail what happened and what to do, for people; holds no credential
 * @param retryAfterSeconds when trying again makes sense; negative when unknown
 * @param cause the exception behind it, or null
 */
public record Fault(
    FaultKind kind, String detail, long retryAfterSeconds, @Nullable Throwable cause) {

  /** A fault without a known time to come back. */
  public static Fault of(FaultKind kind, String detail) {
    return new Fault(kind, detail, -1, null);
  }

  /** A fault with the exception that led to it. */
  public static Fault of(FaultKind kind, String detail, Throwable cause) {
    return new Fault(kind, detail, -1, cause);
  }

  /** A fault that passes by itself after {@code seconds}. */
  public static Fault until(FaultKind kind, String detail, long seconds) {
    return new Fault(kind, detail, seconds, null);
  }
}
