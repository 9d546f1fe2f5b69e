package io.geminirelay.flow.outbound.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.config.Destination;
import io.geminirelay.base.config.TargetConfig;
import io.geminirelay.base.config.UpstreamProtocol;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a destination is offered that once required HTTP/1.1. */
class OfferTest {
  /** A clock may be anywhere, and pass its end. */
  private static final long NOW = Long.MAX_VALUE - 7;

  private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

  @Test
  void isHttp1AloneForAWhile() {
    Destination usual = new Destination(TargetConfig.STANDARD, null);
    Offer offer = new Offer(usual);
    assertSame(usual, offer.destination(NOW));
    assertFalse(offer.isOldOnly(NOW));
    assertTrue(offer.oldIsRequired(NOW));
    assertTrue(offer.isOldOnly(NOW));
    assertEquals(
        TargetConfig.STANDARD.with(UpstreamProtocol.HTTP_1_1),
        offer.destination(NOW + 9 * MINUTE).target());
    assertSame(usual, offer.destination(NOW + 10 * MINUTE));
    assertFalse(offer.isOldOnly(NOW + 11 * MINUTE));
    assertFalse(offer.endsNow(NOW + 9 * MINUTE));
    assertTrue(offer.endsNow(NOW + 10 * MINUTE));
    assertFalse(offer.endsNow(NOW + 11 * MINUTE), "it has ended");
  }

  @ParameterizedTest
  @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
  void staysWhatItIsWhereThereIsNoChoice(UpstreamProtocol protocol) {
    Destination usual = new Destination(TargetConfig.STANDARD.with(protocol), null);
    Offer offer = new Offer(usual);
    assertFalse(offer.oldIsRequired(NOW));
    assertFalse(offer.isOldOnly(NOW));
    assertSame(usual, offer.destination(NOW));
  }
}
