package io.geminirelay.command;

/** Colours for a terminal, or none: by ECMA-48's SGR, which every terminal that is one knows. */
enum Paint {
  /** Left as it is. */
  PLAIN(""),
  /** Headings. */
  BOLD("1"),
  /** What matters less. */
  DIM("2"),
  /** All is well. */
  GREEN("32"),
  /** Passes by itself. */
  YELLOW("33"),
  /** Needs somebody. */
  RED("31");

  private final String code;

  Paint(String code) {
    this.code = code;
  }

  /** {@code text} in this colour if {@code colours} may be used. */
  String on(String text, boolean colours) {
    return colours && !code.isEmpty() ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
  }

  /** The colour of a state. */
  static Paint of(String state) {
    return switch (state) {
      case "ok", "available", "open", "admitting" -> GREEN;
      case "cooling", "trial", "probing", "draining" -> YELLOW;
      case "disabled" -> DIM;
      default -> RED;
    };
  }
}
