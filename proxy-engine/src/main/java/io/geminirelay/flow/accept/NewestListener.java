package io.geminirelay.flow.accept;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.unix.Buffer;
import io.netty.channel.unix.RawUnixChannelOption;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Of two processes that listen on one port, has the system give all new connections to the one that
 * came last (socket(7), SO_ATTACH_REUSEPORT_CBPF).
 *
 * <p>Without it both get some until one closes its socket, and that one's newest are reset: those
 * in its queue, and those whose handshake is under way. With it the older has nobody new when it
 * stops. The system numbers those who listen in the order in which they came, and the program is
 * nothing but the number of the second. Where there is no second, as after the first has closed,
 * the system falls back to its own choice.
 */
final class NewestListener {
  /** {@code BPF_RET | BPF_K} of linux/bpf_common.h: the answer is the operand. */
  private static final short RETURN = 0x06;

  private static final int FIRST = 0;
  private static final int SECOND = 1;
  private static final int INSTRUCTION_BYTES = 8;

  /** {@code struct sock_fprog} of a 64-bit system: a length, padding, a pointer. */
  private static final int PROGRAM_BYTES = 16;

  private static final int POINTER_AT = 8;

  // Linux, asm-generic/socket.h.
  private static final RawUnixChannelOption PROGRAM =
      new RawUnixChannelOption("SO_ATTACH_REUSEPORT_CBPF", 1, 51, PROGRAM_BYTES);

  private NewestListener() {}

  /**
   * Prefers the second of those who share the port of {@code listener}, be it there or still to
   * come; false where the transport or the system cannot do that.
   */
  static boolean prefer(Channel listener) {
    return prefer(listener, SECOND);
  }

  /**
   * Prefers the first of them, until another comes: for the second, when it ends before the first.
   */
  static void giveBack(Channel listener) {
    boolean unused = prefer(listener, FIRST);
  }

  private static boolean prefer(Channel listener, int number) {
    ByteBuffer code = ByteBuffer.allocateDirect(INSTRUCTION_BYTES).order(ByteOrder.nativeOrder());
    code.putShort(0, RETURN).putInt(4, number);
    ByteBuffer program = ByteBuffer.allocateDirect(PROGRAM_BYTES).order(ByteOrder.nativeOrder());
    program.putShort(0, (short) 1).putLong(POINTER_AT, Buffer.memoryAddress(code));
    try {
      return listener.config().setOption(PROGRAM, program);
    } catch (ChannelException e) {
      return false;
    } finally {
      // The system has copied it by now.
      Reference.reachabilityFence(code);
    }
  }
}
