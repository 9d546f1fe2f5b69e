package io.geminirelay.flow.outbound;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;

/**
 * The member that sets {@code top_p}, as each form of request spells it. Immutable.
 *
 * @param openAi {@code "top_p":0.95}
 * @param inConfig {@code "topP":0.95}, for a {@code generationConfig}
 * @param withConfig {@code "generationConfig":{"topP":0.95}}, for a request without one
 */
record TopP(Member openAi, Member inConfig, Member withConfig) {

  /** The members that set {@code value}, 0.0 to 1.0. */
  static TopP of(double value) {
    String number = BigDecimal.valueOf(value).toPlainString();
    String inConfig = "\"topP\":" + number;
    return new TopP(
        Member.of("\"top_p\":" + number),
        Member.of(inConfig),
        Member.of("\"generationConfig\":{" + inConfig + "}"));
  }

  /**
   * A member to be put first into an object. The arrays are not changed by anybody.
   *
   * @param lone for an object that holds no other
   * @param first for one that does: a comma follows
   */
  @SuppressWarnings("ArrayRecordComponent") // wrapped for the wire, never written or compared
  record Member(byte[] lone, byte[] first) {
    private static Member of(String text) {
      return new Member(
          text.getBytes(StandardCharsets.US_ASCII),
          (text + ",").getBytes(StandardCharsets.US_ASCII));
    }

    /** The bytes that insert it. */
    byte[] bytes(boolean alone) {
      return alone ? lone : first;
    }
  }
}
