package io.geminirelay.side.dashboard;

import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.exchange.FaultResponder;
import io.geminirelay.base.exchange.RequestId;
import io.geminirelay.base.fault.Fault;
import io.geminirelay.base.fault.FaultKind;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Serves the dashboard's page and its files, which come from the jar by a fixed table of paths.
 *
 * <p>They hold no data, so that they are served before any login. Nothing is read before the first
 * request for one of them; then all are, once, on a thread that ends with it, so that they wait for
 * no work of the operator's. A read that fails is tried again with the next request. Thread safe.
 */
public final class DashboardFiles {
  private static final String DOOR = "/admin";
  private static final String THREAD = "relay-dashboard-files";

  private final Executor reader;
  private final Supplier<Map<String, StaticFile>> all;
  private @Nullable CompletableFuture<Map<String, StaticFile>> files;

  /** Reads on a thread of its own. */
  public DashboardFiles() {
    this(DashboardFiles::onItsOwnThread, DashboardFiles::readAll);
  }

  /**
   * Serves what {@code all} answers with.
   *
   * @param reader runs what blocks
   */
  DashboardFiles(Executor reader, Supplier<Map<String, StaticFile>> all) {
    this.reader = reader;
    this.all = all;
  }

  private static void onItsOwnThread(Runnable reading) {
    Thread thread = new Thread(reading, THREAD);
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * Answers if a file of the dashboard is asked for, at once or later on the event loop.
   *
   * @return false if the path is none of the dashboard's, and nothing has been answered
   */
  public boolean answer(ChannelHandlerContext ctx, Exchange exchange) {
    String uri = exchange.uri();
    int query = uri.indexOf('?');
    String path = query < 0 ? uri : uri.substring(0, query);
    Asset asset = Asset.ALL.get(path);
    if (asset == null && !path.equals(DOOR)) {
      return false;
    }
    HttpMethod method = exchange.head().method();
    if (!HttpMethod.GET.equals(method) && !HttpMethod.HEAD.equals(method)) {
      Fault fault = Fault.of(FaultKind.METHOD_NOT_ALLOWED, "the dashboard's files are only read");
      FaultResponder.respond(ctx, exchange, fault, false);
    } else if (asset == null) {
      send(ctx, exchange, redirect());
    } else {
      whenRead(ctx, exchange, path);
    }
    return true;
  }

  private void whenRead(ChannelHandlerContext ctx, Exchange exchange, String path) {
    var unused =
        files()
            .thenAcceptAsync(
                read -> {
                  StaticFile file = read.get(path);
                  if (file != null && ctx.channel().attr(Exchange.KEY).get() == exchange) {
                    send(ctx, exchange, response(exchange, file));
                  }
                },
                ctx.executor())
            .exceptionally(
                failure -> {
                  ctx.fireExceptionCaught(failure);
                  return null;
                });
  }

  private synchronized CompletableFuture<Map<String, StaticFile>> files() {
    if (files == null || files.isCompletedExceptionally()) {
      files = CompletableFuture.supplyAsync(all, reader);
    }
    return files;
  }

  static Map<String, StaticFile> readAll() {
    Map<String, StaticFile> read = new HashMap<>();
    try {
      for (Asset asset : Asset.ALL.values()) {
        read.put(asset.path(), StaticFile.read(asset));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return read;
  }

  private static FullHttpResponse redirect() {
    FullHttpResponse response = empty(HttpResponseStatus.PERMANENT_REDIRECT);
    response
        .headers()
        .set(HttpHeaderNames.LOCATION, Asset.PAGE)
        .setInt(HttpHeaderNames.CONTENT_LENGTH, 0);
    return response;
  }

  private static FullHttpResponse response(Exchange exchange, StaticFile file) {
    HttpHeaders asked = exchange.head().headers();
    boolean gzip = Wanted.gzip(asked);
    FullHttpResponse response;
    if (Wanted.has(asked, file.etag(gzip))) {
      response = empty(HttpResponseStatus.NOT_MODIFIED);
    } else if (HttpMethod.HEAD.equals(exchange.head().method())) {
      response = empty(HttpResponseStatus.OK);
      file.describeContent(response.headers(), gzip);
    } else {
      response =
          new DefaultFullHttpResponse(
              HttpVersion.HTTP_1_1,
              HttpResponseStatus.OK,
              Unpooled.wrappedBuffer(file.content(gzip)).asReadOnly());
      file.describeContent(response.headers(), gzip);
    }
    file.describe(response.headers(), gzip);
    PageHeaders.add(response.headers());
    return response;
  }

  private static FullHttpResponse empty(HttpResponseStatus status) {
    return new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, Unpooled.EMPTY_BUFFER);
  }

  @SuppressWarnings("FutureReturnValueIgnored") // a failed write closes the channel
  private static void send(
      ChannelHandlerContext ctx, Exchange exchange, FullHttpResponse response) {
    response.headers().set(RequestId.HEADER, exchange.id());
    ctx.writeAndFlush(response);
  }
}
