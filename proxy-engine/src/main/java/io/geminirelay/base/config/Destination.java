package io.geminirelay.base.config;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a pooled connection belongs to: two requests may share one only if target and egress agree.
 *
 * <p>One instance is made per key when the configuration is built, with its hash kept, since the
 * pools look it up for every request.
 */
public final class Destination {
  private final TargetConfig target;
  private final @Nullable EgressConfig egress;
  private final int hash;

  /** A destination without an {@code egress} is reached directly; with one, only through it. */
  public Destination(TargetConfig target, @Nullable EgressConfig egress) {
    this.target = target;
    this.egress = egress;
    this.hash = target.hashCode() * 31 + (egress == null ? 0 : egress.hashCode());
  }

  /** The server that answers. */
  public TargetConfig target() {
    return target;
  }

  /** The proxy on the way, or null. */
  public @Nullable EgressConfig egress() {
    return egress;
  }

  @Override
  public boolean equals(Object other) {
    return this == other
        || (other instanceof Destination that
            && hash == that.hash
            && target.equals(that.target)
            && Objects.equals(egress, that.egress));
  }

  @Override
  public int hashCode() {
    return hash;
  }

  @Override
  public String toString() {
    return target.authority() + (egress == null ? "" : " through " + egress);
  }
}
