package io.geminirelay.flow.guard;

import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.scan.MediaMention;
import io.geminirelay.base.scan.StreamScanner;
import io.geminirelay.base.scan.TokenCounts;
import io.netty.buffer.ByteBuf;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What one exchange costs its client: a place among those under way, and tokens.
 *
 * <p>How many tokens a request uses shows in its answer alone. Were nothing charged before, a
 * client could begin any number of requests before the first of them counts; so the prompt is
 * charged by its bytes while it comes in. At the end the charge is corrected to what Google says
 * was used, thoughts and tools with it, whatever it turned out to be: the client may then owe
 * tokens, and has to wait until they have come back. A request that got no answer costs none.
 *
 * <p>Bytes behind the first mention of media are not charged in advance: a picture is worth some
 * hundred tokens, and its bytes would make it a million. Belongs to one exchange, on its event
 * loop.
 */
final class ClientCharge implements Consumer<Exchange> {
  /** English text has about four bytes a token, the JSON around it somewhat less. */
  private static final int BYTES_PER_TOKEN = 4;

  /** What an event of an answer has around its text at least, in every dialect. */
  private static final int EVENT_BYTES = 200;

  private final ClientAccount account;
  private final @Nullable MediaMention media;
  private long bytes;
  private long charged;

  /**
   * The charge of an exchange that was let in.
   *
   * @param tokens whether it uses tokens and these are counted
   */
  ClientCharge(ClientAccount account, boolean tokens) {
    this.account = account;
    this.media = tokens ? new MediaMention() : null;
  }

  /** Charges the next piece of the prompt. Borrows. */
  void look(ByteBuf piece) {
    if (media == null || media.look(piece, piece.readerIndex(), piece.writerIndex())) {
      return;
    }
    bytes += piece.readableBytes();
    long due = bytes / BYTES_PER_TOKEN;
    account.charge(due - charged);
    charged = due;
  }

  /** Settles: the exchange is over. */
  @Override
  public void accept(Exchange exchange) {
    account.leave();
    if (media != null) {
      account.charge(used(exchange) - charged);
    }
  }

  private long used(Exchange exchange) {
    StreamScanner answer = exchange.answer();
    if (answer == null) {
      return 0;
    }
    long known = total(answer.usage());
    if (known >= 0) {
      return known;
    }
    // An answer that is not read along, as embeddings are, counts for nothing beside its prompt.
    long text = answer.offset() - (long) EVENT_BYTES * answer.events();
    return charged + Math.max(answer.events(), text / BYTES_PER_TOKEN);
  }

  /** The whole of it where it was said, otherwise what is known of its parts; negative for none. */
  private static long total(TokenCounts counts) {
    if (counts.total() >= 0) {
      return counts.total();
    }
    boolean none = counts.prompt() < 0 && counts.output() < 0 && counts.thoughts() < 0;
    long sum = known(counts.prompt()) + known(counts.output()) + known(counts.thoughts());
    return none ? TokenCounts.UNKNOWN : sum + known(counts.toolUse());
  }

  private static long known(long count) {
    return Math.max(0, count);
  }
}
