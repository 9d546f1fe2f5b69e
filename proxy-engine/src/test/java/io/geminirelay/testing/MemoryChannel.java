package io.geminirelay.testing;

import io.netty.buffer.ByteBuf;
import io.netty.channel.AbstractChannel;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.EventLoop;
import io.netty.channel.local.LocalServerChannel;
import io.netty.channel.socket.DuplexChannel;
import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * A connection without a system behind it. What the other end sends waits until the channel reads,
 * one piece at a time, as from a socket; what the channel sends is kept. Closing, half-closing and
 * switching auto-read behave as those of a socket. Event loop only, but for making one.
 */
public final class MemoryChannel extends AbstractChannel implements DuplexChannel {
  private static final ChannelMetadata METADATA = new ChannelMetadata(false, 16);
  private static final byte[] END = new byte[0];

  private final ChannelConfig config = new Config();
  private final InetSocketAddress remote;
  private final Deque<byte[]> arriving = new ArrayDeque<>();
  private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
  private boolean open = true;
  private boolean connected;
  private boolean inputEnded;
  private boolean outputEnded;
  private boolean wantsRead;
  private @Nullable Runnable listener;
  private @Nullable AssertionError failure;

  private MemoryChannel(@Nullable Channel parent, InetSocketAddress remote, boolean connected) {
    super(parent);
    this.remote = remote;
    this.connected = connected;
  }

  /** The end that has accepted a connection of {@code remote}. */
  public static MemoryChannel accepted(InetSocketAddress remote) {
    // By its parent Netty knows which end of an HTTP/2 connection it is.
    return new MemoryChannel(new LocalServerChannel(), remote, true);
  }

  /** One that is to connect; any address will do. */
  public static MemoryChannel connecting() {
    return new MemoryChannel(null, new InetSocketAddress("127.0.0.1", 1), false);
  }

  /**
   * Runs {@code told} each time the channel has sent something or has ended. What it asserts in
   * vain is thrown by {@link #check}, as the event loop would only log it.
   */
  public void listen(Runnable told) {
    listener =
        () -> {
          try {
            told.run();
          } catch (AssertionError e) {
            failure = failure == null ? e : failure;
          }
        };
  }

  /** Throws what the listener has asserted in vain. */
  public void check() {
    if (failure != null) {
      throw failure;
    }
  }

  /** The other end sends {@code bytes}. */
  public void arrive(byte[] bytes) {
    if (bytes.length > 0 && open) {
      arriving.add(bytes);
      deliverSoon();
    }
  }

  /** The other end sends nothing more. */
  public void arriveEnd() {
    if (open) {
      arriving.add(END);
      deliverSoon();
    }
  }

  /** All that the channel has sent. */
  public byte[] sent() {
    return sent.toByteArray();
  }

  /** Whether the channel will send nothing more. */
  public boolean ended() {
    return outputEnded || !open;
  }

  private void deliverSoon() {
    if (wantsRead && !arriving.isEmpty()) {
      eventLoop().execute(this::deliver);
    }
  }

  private void deliver() {
    if (!wantsRead || !open) {
      return;
    }
    byte[] next = arriving.poll();
    if (next == null) {
      return;
    }
    wantsRead = false;
    if (next == END) {
      inputEnded = true;
      // As a socket does: past the handlers, of which HTTP/2's would wait for open streams.
      unsafe().close(voidPromise());
      return;
    }
    ByteBuf piece = alloc().buffer(next.length).writeBytes(next);
    pipeline().fireChannelRead(piece);
    pipeline().fireChannelReadComplete();
  }

  @Override
  protected void doBeginRead() {
    wantsRead = true;
    deliverSoon();
  }

  @Override
  protected void doWrite(ChannelOutboundBuffer out) throws Exception {
    if (outputEnded) {
      throw new ClosedChannelException();
    }
    for (Object message = out.current(); message != null; message = out.current()) {
      ByteBuf piece = (ByteBuf) message;
      piece.readBytes(sent, piece.readableBytes());
      out.remove();
    }
    tell();
  }

  private void tell() {
    if (listener != null) {
      eventLoop().execute(listener);
    }
  }

  @Override
  protected void doClose() {
    open = false;
    arriving.clear();
    tell();
  }

  @Override
  protected void doDisconnect() {
    doClose();
  }

  @Override
  protected void doShutdownOutput() {
    outputEnded = true;
    tell();
  }

  @Override
  protected void doBind(SocketAddress local) {}

  @Override
  protected boolean isCompatible(EventLoop loop) {
    return true;
  }

  @Override
  protected SocketAddress localAddress0() {
    return new InetSocketAddress("127.0.0.1", 2);
  }

  @Override
  protected SocketAddress remoteAddress0() {
    return remote;
  }

  @Override
  public InetSocketAddress remoteAddress() {
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
  public boolean isInputShutdown() {
    return inputEnded || !open;
  }

  @Override
  public ChannelFuture shutdownInput() {
    return shutdownInput(newPromise());
  }

  @Override
  public ChannelFuture shutdownInput(ChannelPromise promise) {
    inputEnded = true;
    return promise.setSuccess();
  }

  @Override
  public boolean isOutputShutdown() {
    return ended();
  }

  @Override
  public ChannelFuture shutdownOutput() {
    return shutdownOutput(newPromise());
  }

  @Override
  public ChannelFuture shutdownOutput(ChannelPromise promise) {
    ((AbstractUnsafe) unsafe()).shutdownOutput(promise);
    return promise;
  }

  @Override
  public boolean isShutdown() {
    return isInputShutdown() && isOutputShutdown();
  }

  @Override
  public ChannelFuture shutdown() {
    return shutdown(newPromise());
  }

  @Override
  public ChannelFuture shutdown(ChannelPromise promise) {
    inputEnded = true;
    return shutdownOutput(promise);
  }

  @Override
  protected AbstractUnsafe newUnsafe() {
    return new Unsafe();
  }

  private final class Unsafe extends AbstractUnsafe {
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
      super(MemoryChannel.this);
    }

    /** Takes a socket's own options, which change nothing here. */
    @Override
    public <T> boolean setOption(ChannelOption<T> option, T value) {
      boolean ofSockets =
          option == ChannelOption.TCP_NODELAY || option == ChannelOption.SO_KEEPALIVE;
      return ofSockets || super.setOption(option, value);
    }

    @Override
    protected void autoReadCleared() {
      wantsRead = false;
    }
  }
}
