package io.geminirelay.flow.accept;

import io.netty.channel.IoHandlerFactory;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringIoHandler;
import org.jspecify.annotations.Nullable;

/**
 * The rings of io_uring, one for each event loop, and the one way to Netty's classes for them.
 *
 * <p>All channels of a loop put the places of what they write (struct iovec) into one array, which
 * is sent to the kernel when it is full. Netty 4.2.18 makes it 10,240 places long and takes it to
 * be full when all are used (IovArray.isFull), but fills no more than IOV_MAX, 1,024, of them
 * (IovArray.add, by maxCount). So once the channels of a loop have 1,024 buffers to write between
 * two submissions, the others submit a WRITEV of nothing, which the kernel answers with success and
 * 0 bytes, and do so again and again; who comes early each time, like a fast stream of small
 * chunks, keeps the array full, and the others wait for good, with a loop that never rests. With as
 * many places as may be filled both limits are one, and a full array is sent at once.
 */
final class Rings {
  /** IOV_MAX of Linux, UIO_MAXIOV. */
  private static final int PLACES = 1024;

  static {
    // Netty reads it once, when IoUring is initialized, and has no other way to set it.
    System.setProperty("io.netty.iouring.numElementsIoVec", Integer.toString(PLACES));
  }

  private Rings() {}

  /** Makes the rings. */
  static IoHandlerFactory handlers() {
    return IoUringIoHandler.newFactory();
  }

  /** Why they do not work here, or null when they do. */
  static @Nullable Throwable missing() {
    return IoUring.unavailabilityCause();
  }
}
