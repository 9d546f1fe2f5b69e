package io.geminirelay.base.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.List;

/**
 * A request body kept for another attempt: the retained pieces in order, until a cap is passed, or
 * what all bodies together may keep.
 *
 * <p>Past either the body only streams through: pieces are let go once they were sent, and no
 * further attempt can be made with it. Pieces shorter than {@value #SMALL_BYTES} bytes, or small
 * against the buffer they are a slice of, are copied, and joined as long as none of them was handed
 * out: a client which sends byte by byte, or lets pieces alternate with others, can neither pin a
 * receive buffer with each of them nor fill the memory with objects.
 *
 * <p>Owns the pieces until {@link #release()}. Used on the client's event loop only.
 */
public final class KeptBody {
  private static final int SMALL_BYTES = 512;
  private static final int JOINED_BYTES = 8192;
  private static final int MAX_PIECES = 8192;

  /** Not counted: a connection reads as much at once anyway, and most requests are no longer. */
  private static final int FREE_BYTES = 16 * 1024;

  private final ByteBufAllocator alloc;
  private final int capBytes;
  private final HoldBudget budget;
  // Owner: this object, from take() to dropSent() or release().
  private final List<ByteBuf> pieces = new ArrayList<>(2);
  private int dropped;
  private int handedOut;
  private int tailBytes;
  private long sizeBytes;
  private long countedBytes;
  private boolean starved;
  private boolean complete;
  private boolean spent;

  /** A body that is kept whole up to {@code capBytes}, and while {@code budget} has room for it. */
  public KeptBody(ByteBufAllocator alloc, int capBytes, HoldBudget budget) {
    this.alloc = alloc;
    this.capBytes = capBytes;
    this.budget = budget;
  }

  /** Adds the next piece. Takes ownership. */
  public void take(ByteBuf piece) {
    int length = piece.readableBytes();
    if (length == 0) {
      piece.release();
      return;
    }
    sizeBytes += length;
    count(length);
    if (isWorthIt(piece, length)) {
      pieces.add(piece);
      tailBytes = JOINED_BYTES;
      return;
    }
    try {
      join(piece, length);
    } finally {
      piece.release();
    }
  }

  /** Whether it is kept as it is. Most bodies are one piece, which nothing is to be done with. */
  private boolean isWorthIt(ByteBuf piece, int length) {
    return pieces.isEmpty()
        ? !BufferShare.isSmallOfLong(piece)
        : length >= SMALL_BYTES && !BufferShare.isSmall(piece);
  }

  private void count(int length) {
    if (sizeBytes <= FREE_BYTES || isOverCap()) {
      return;
    }
    if (budget.hold(length)) {
      countedBytes += length;
    } else {
      starved = true;
    }
  }

  private void discount(long bytes) {
    long gone = Math.min(countedBytes, bytes);
    if (gone > 0) {
      countedBytes -= gone;
      budget.free(gone);
    }
  }

  private void join(ByteBuf piece, int length) {
    // What was handed out shares its memory, which moves when the buffer grows.
    if (pieces.isEmpty() || tailBytes + length > JOINED_BYTES || handedOut == count()) {
      pieces.add(alloc.buffer(length, Math.max(length, JOINED_BYTES)));
      tailBytes = 0;
    }
    pieces.get(pieces.size() - 1).writeBytes(piece, piece.readerIndex(), length);
    tailBytes += length;
  }

  /** Says that no more pieces follow. */
  public void complete() {
    complete = true;
  }

  /** Whether all pieces have come. */
  public boolean isComplete() {
    return complete;
  }

  /** Bytes taken so far, let go ones included. */
  public long sizeBytes() {
    return sizeBytes;
  }

  /** Whether the body has outgrown what is kept. */
  public boolean isOverCap() {
    return starved || sizeBytes > capBytes || pieces.size() > MAX_PIECES;
  }

  /** Whether it was given up because all bodies together keep as much as they may. */
  public boolean isStarved() {
    return starved;
  }

  /** Whether every byte taken is still here, so that another attempt can send them all. */
  public boolean mayReplay() {
    return dropped == 0 && !isOverCap();
  }

  /** Whether every piece taken so far was let go. */
  public boolean isLetGo() {
    return pieces.isEmpty();
  }

  /** Number of pieces taken so far, let go ones included; {@code index} runs below it. */
  public int count() {
    return dropped + pieces.size();
  }

  /**
   * A duplicate of piece {@code index}, for sending. The caller releases it.
   *
   * @throws IndexOutOfBoundsException if that piece was let go
   */
  public ByteBuf retainedPiece(int index) {
    handedOut = Math.max(handedOut, index + 1);
    return pieces.get(index - dropped).retainedDuplicate();
  }

  /**
   * Says that no further attempt follows: what is sent from now on, or was, is not needed again.
   */
  public void spend() {
    spent = true;
  }

  /** Lets go of the pieces below {@code index} if the body cannot, or need not, be replayed. */
  public void dropSent(int index) {
    if (index <= dropped || (!spent && !isOverCap() && dropped == 0)) {
      return;
    }
    List<ByteBuf> sent = pieces.subList(0, index - dropped);
    for (ByteBuf piece : sent) {
      discount(piece.readableBytes());
      piece.release();
    }
    sent.clear();
    dropped = index;
  }

  /** Lets go of everything. */
  public void release() {
    pieces.forEach(ByteBuf::release);
    dropped += pieces.size();
    pieces.clear();
    discount(countedBytes);
  }
}
