package io.geminirelay.flow.guard;

import io.geminirelay.base.exchange.Exchange;
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
 * tokens, and has to wait until they have come back. A request that was refused, here or by Google,
 * costs none; one that was sent and that nobody stayed to hear the answer of, costs its prompt.
 *
 * <p>Since many heads can come before any body, a head is charged by the length that it announces,
 * and corrected when the body has come or mentions media. Of those some {@link PromptBytes bytes}
 * are charged in advance: a picture is worth some hundred tokens, and its bytes would make it a
 * million. Belongs to one exchange, on its event loop.
 */
final class ClientCharge implements Consumer<Exchange> {
  /** English text has about four bytes a token, the JSON around it somewhat less. */
  private static final int BYTES_PER_TOKEN = 4;

  /** What a head costs whose body has no length. */
  private static final long UNKNOWN_TOKENS = 256;

  /** What an event of an answer has around its text at least, in every dialect. */
  private static final int EVENT_BYTES = 200;

  private final ClientAccount account;
  private final boolean tokens;

  /** Until the body is whole: most of an exchange's time may be that of its answer. */
  private @Nullable PromptBytes prompt;

  private final long reserved;
  private long charged;

  /**
   * The charge of an exchange that was let in.
   *
   * @param tokens whether it uses tokens and these are counted
   * @param bodyBytes the announced length of the body; negative where it is not known
   */
  ClientCharge(ClientAccount account, boolean tokens, long bodyBytes) {
    this.account = account;
    this.tokens = tokens;
    this.prompt = tokens ? new PromptBytes() : null;
    long expected = bodyBytes < 0 ? UNKNOWN_TOKENS : bodyBytes / BYTES_PER_TOKEN;
    this.reserved = tokens ? Math.min(expected, account.tokensPerMinute()) : 0;
    chargeUpTo(reserved);
  }

  /** Charges the next piece of the prompt. Borrows. */
  void look(ByteBuf piece) {
    if (prompt != null) {
      prompt.look(piece);
      chargeUpTo(prompt.hasMedia() ? due(prompt) : Math.max(reserved, due(prompt)));
    }
  }

  /** Says that the body is whole: what was reserved beyond it is given back. */
  void whole() {
    if (prompt != null) {
      chargeUpTo(due(prompt));
      prompt = null;
    }
  }

  private static long due(PromptBytes prompt) {
    return prompt.bytes() / BYTES_PER_TOKEN;
  }

  private void chargeUpTo(long due) {
    account.charge(due - charged);
    charged = due;
  }

  /** Settles: the exchange is over. */
  @Override
  public void accept(Exchange exchange) {
    account.leave();
    if (tokens) {
      account.charge(used(exchange) - charged);
    }
  }

  private long used(Exchange exchange) {
    StreamScanner answer = exchange.answer();
    if (answer == null) {
      // Google counts what it was asked, whether or not anybody waits for the answer.
      boolean sent = exchange.attempts() > 0 && exchange.keyInUse() == null;
      return sent && exchange.fault() == null ? charged : 0;
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
