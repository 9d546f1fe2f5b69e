package io.geminirelay.side.admin;

import io.geminirelay.base.config.Problem;
import io.geminirelay.base.fault.Fault;
import io.geminirelay.base.fault.FaultKind;
import java.util.List;

/**
 * Refuses a request of the admin interface; thrown by operations, expected, so without a stack
 * trace. Nothing in it may hold a credential.
 */
public final class AdminProblem extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Fault fault;
  private final transient List<Problem> problems;

  /** Refuses with {@code fault}. */
  public AdminProblem(Fault fault) {
    this(fault, List.of());
  }

  /** Refuses with {@code fault} and lists what is wrong in a configuration. */
  public AdminProblem(Fault fault, List<Problem> problems) {
    super(fault.detail(), fault.cause(), false, false);
    this.fault = fault;
    this.problems = List.copyOf(problems);
  }

  /** Refuses for the reason {@code kind}, with what happened and what to do. */
  public static AdminProblem of(FaultKind kind, String detail) {
    return new AdminProblem(Fault.of(kind, detail));
  }

  /** There is no such thing: 404. */
  public static AdminProblem notFound(String what) {
    return of(FaultKind.NOT_FOUND, what);
  }

  /** A value of the body or the query is not as it has to be: 400. */
  public static AdminProblem invalid(String path, String found, String expected) {
    return of(FaultKind.INVALID_BODY, path + ": found " + found + ", expected " + expected);
  }

  /** What the client is told. */
  public Fault fault() {
    return fault;
  }

  /** What is wrong in a configuration; mostly empty. */
  public List<Problem> problems() {
    return problems;
  }
}
