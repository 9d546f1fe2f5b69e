package io.geminirelay.bench.jmh;

import io.netty.buffer.ByteBuf;
import io.netty.channel.AbstractChannel;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.EventLoop;
import io.netty.channel.local.LocalServerChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The gateway's end of a connection without a system behind it. As at a socket, what is written is
 * taken at once, what arrives is copied into a buffer of the reader's allocator when the event loop
 * comes round, one read may find what was sent in several pieces, and nothing arrives that is not
 * asked for; but there is no system call, and no bound to what may be under way.
 *
 * <p>Belongs to its event loop, and to no other thread.
 */
final class MemorySocket extends AbstractChannel {
  private static final ChannelMetadata METADATA = new ChannelMetadata(false, 16);
  private static final int FIRST_BYTES = 1 << 16;

  private final ChannelConfig config = new Config();
  private final InetSocketAddress remote =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 40_000);
  private final FarEnd farEnd;

  /** What has arrived; an array, since copying from a buffer would make objects. */
  private byte[] arrived = new byte[FIRST_BYTES];

  private int from;
  private int to;

  private final Runnable reading = this::deliver;
  private boolean open = true;
  private boolean connected;
  private boolean wantsRead;
  private boolean readComes;

  private MemorySocket(@Nullable Channel parent, FarEnd farEnd) {
    super(parent);
    this.farEnd = farEnd;
    this.connected = parent != null;
  }

  /** The end that has accepted a connection of {@code client}. */
  static MemorySocket accepted(FarEnd client) {
    // By its parent Netty knows which end of an HTTP/2 connection it is.
    return new MemorySocket(new LocalServerChannel(), client);
  }

  /** One that connects to {@code upstream}, whatever address it is given. */
  static MemorySocket connecting(FarEnd upstream) {
    return new MemorySocket(null, upstream);
  }

  /** The far end sends {@code bytes}. */
  void send(byte[] bytes) {
    if (arrived.length - to < bytes.length) {
      arrived = Arrays.copyOf(arrived, 2 * (to + bytes.length));
    }
    System.arraycopy(bytes, 0, arrived, to, bytes.length);
    to += bytes.length;
    readSoon();
  }

  private void readSoon() {
    if (wantsRead && !readComes && from < to) {
      readComes = true;
      eventLoop().execute(reading);
    }
  }

  private void deliver() {
    readComes = false;
    if (!open || !wantsRead) {
      return;
    }
    wantsRead = false;
    var handle = unsafe().recvBufAllocHandle();
    handle.reset(config);
    do {
      ByteBuf piece = handle.allocate(config.getAllocator());
      handle.attemptedBytesRead(piece.writableBytes());
      int length = Math.min(piece.writableBytes(), to - from);
      piece.writeBytes(arrived, from, length);
      from += length;
      handle.lastBytesRead(length);
      handle.incMessagesRead(1);
      pipeline().fireChannelRead(piece);
    } while (open && from < to && handle.continueReading());
    if (from == to) {
      from = 0;
      to = 0;
    }
    handle.readComplete();
    pipeline().fireChannelReadComplete();
  }

  @Override
  protected void doBeginRead() {
    wantsRead = true;
    readSoon();
  }

  @Override
  protected void doWrite(ChannelOutboundBuffer out) {
    for (Object message = out.current(); message != null; message = out.current()) {
      farEnd.look(this, (ByteBuf) message);
      out.remove();
    }
  }

  @Override
  protected void doClose() {
    if (open) {
      open = false;
      farEnd.ended(this);
    }
  }

  @Override
  protected void doDisconnect() {
    doClose();
  }

  @Override
  protected void doBind(SocketAddress local) {
    // Any address will do.
  }

  @Override
  protected boolean isCompatible(EventLoop loop) {
    return true;
  }

  @Override
  protected SocketAddress localAddress0() {
    return remote;
  }

  @Override
  protected SocketAddress remoteAddress0() {
    return remote;
  }

  @Override
  public ChannelConfig config() {
    return config;
  }

  @Override
  public ChannelMetadata metadata() {
    return METADATA;
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  @Override
  public boolean isActive() {
    return open && connected;
  }

  @Override
  protected AbstractUnsafe newUnsafe() {
    return new Connecting();
  }

  private final class Connecting extends AbstractUnsafe {
    @Override
    public void connect(SocketAddress to, @Nullable SocketAddress local, ChannelPromise promise) {
      if (promise.setUncancellable() && ensureOpen(promise)) {
        connected = true;
        safeSetSuccess(promise);
        pipeline().fireChannelActive();
      }
    }
  }

  private final class Config extends DefaultChannelConfig {
    Config() {
      super(MemorySocket.this);
    }

    /** Takes a socket's own options, which change nothing here. */
    @Override
    public <T> boolean setOption(ChannelOption<T> option, T value) {
      boolean ofSockets =
          option.equals(ChannelOption.TCP_NODELAY) || option.equals(ChannelOption.SO_KEEPALIVE);
      return ofSockets || super.setOption(option, value);
    }

    @Override
    protected void autoReadCleared() {
      wantsRead = false;
    }
  }
}
