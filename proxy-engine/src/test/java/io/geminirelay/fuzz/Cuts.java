package io.geminirelay.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Function;

/**
 * Feeds one input to a machine in several cuts: whole, one byte at a time, and two random ones that
 * follow from the input alone, so that a finding is repeated by its input.
 *
 * <p>Every piece lies in a buffer of its own, at another index, between bytes that are not its own.
 */
public final class Cuts {
  private static final int LARGEST_MARGIN = 4;

  /** Above this size single bytes would take more time than they find. */
  private static final int MOST_SINGLE_BYTES = 16_384;

  private Cuts() {}

  /** Takes a piece: the bytes of {@code buf} from index {@code from} to before {@code to}. */
  @FunctionalInterface
  public interface Reader {
    void look(ByteBuf buf, int from, int to);
  }

  /** One way to cut the input. */
  public static final class Pieces {
    private final byte[] input;
    private final int largest;
    private final Random random;

    private Pieces(byte[] input, int largest) {
      this.input = input;
      this.largest = largest;
      this.random = new Random(31L * Arrays.hashCode(input) + largest);
    }

    /** Gives all pieces in order; the indices of their buffers have to stay. */
    public void feed(Reader reader) {
      for (int at = 0; at < input.length; ) {
        int most = Math.min(largest, input.length - at);
        int size = most == input.length ? most : 1 + random.nextInt(most);
        int margin = random.nextInt(LARGEST_MARGIN);
        byte[] bytes = new byte[size + 2 * margin];
        Arrays.fill(bytes, (byte) '"');
        System.arraycopy(input, at, bytes, margin, size);
        ByteBuf buf = Unpooled.wrappedBuffer(bytes);
        reader.look(buf, margin, margin + size);
        assertEquals(0, buf.readerIndex());
        assertEquals(bytes.length, buf.writerIndex());
        assertEquals(1, buf.refCnt());
        buf.release();
        at += size;
      }
    }
  }

  /**
   * Runs {@code machine} once, for a target's static block: a fuzzer counts the loading of hundreds
   * of classes as the time of the first input else, and takes it for a hang.
   */
  public static void warmUp(String input, Function<Pieces, ?> machine) {
    byte[] bytes = input.getBytes(StandardCharsets.ISO_8859_1);
    var unused = machine.apply(new Pieces(bytes, Math.max(1, bytes.length)));
  }

  /** What {@code machine} makes of the input, which has to be the same for every cut. */
  public static <T> T alike(byte[] input, Function<Pieces, T> machine) {
    T whole = machine.apply(new Pieces(input, Math.max(1, input.length)));
    int smallest = input.length > MOST_SINGLE_BYTES ? 64 : 1;
    for (int largest : new int[] {smallest, 7, 300}) {
      assertEquals(whole, machine.apply(new Pieces(input, largest)), "pieces up to " + largest);
    }
    return whole;
  }
}
