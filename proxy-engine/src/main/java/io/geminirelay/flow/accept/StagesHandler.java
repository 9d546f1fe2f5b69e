package io.geminirelay.flow.accept;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpRequest;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Puts the request stages of the newest configuration behind itself when a request begins.
 *
 * <p>Place: last of an HTTP/1.1 connection's own handlers; the stages behind it live for many
 * requests, and between two of them hold nothing. Keeps whose stages they are. Event loop only.
 */
final class StagesHandler extends ChannelInboundHandlerAdapter {
  private final Supplier<Consumer<ChannelPipeline>> newest;
  private @Nullable Consumer<ChannelPipeline> installed;

  StagesHandler(Supplier<Consumer<ChannelPipeline>> newest) {
    this.newest = newest;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    // Now, since what happens before the first request concerns the stages as well.
    install(ctx.pipeline(), newest.get());
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    Consumer<ChannelPipeline> wanted = newest.get();
    if (wanted != installed && message instanceof HttpRequest) {
      while (ctx.pipeline().last() != this) {
        ctx.pipeline().removeLast();
      }
      install(ctx.pipeline(), wanted);
    }
    ctx.fireChannelRead(message);
  }

  private void install(ChannelPipeline pipeline, Consumer<ChannelPipeline> stages) {
    installed = stages;
    stages.accept(pipeline);
  }
}
