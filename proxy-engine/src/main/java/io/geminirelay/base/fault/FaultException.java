package io.geminirelay.base.fault;

/** Carries a {@link Fault} through futures and pipelines; expected, so it has no stack trace. */
public final class FaultException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient Fault fault;

  /** Wraps {@code fault}. */
  public FaultException(Fault fault) {
    super(fault.kind().reason() + ": " + fault.detail(), fault.cause(), false, false);
    this.fault = fault;
  }

  /** The fault it carries. */
  public Fault fault() {
    return fault;
  }
}
