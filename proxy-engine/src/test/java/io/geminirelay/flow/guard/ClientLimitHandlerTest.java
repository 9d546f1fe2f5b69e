package io.geminirelay.flow.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.config.ClientConfig;
import io.geminirelay.base.config.Priority;
import io.geminirelay.base.config.Secret;
import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.exchange.Route;
import io.geminirelay.base.fault.Fault;
import io.geminirelay.base.fault.FaultKind;
import io.geminirelay.base.scan.StreamScanner;
import io.geminirelay.testing.FakeTime;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ClientLimitHandlerTest {
  private static final String PATH = "/v1beta/models/gemini-1:generateContent";

  private final FakeTime time = new FakeTime();
  private EmbeddedChannel channel = new EmbeddedChannel();

  private static ClientConfig client(long requests, long tokens, int concurrent) {
    return new ClientConfig(
        "c", new byte[32], requests, tokens, concurrent, List.of(), List.of(), Priority.NORMAL);
  }

  private ClientAccount open(ClientConfig client) {
    ClientLimits limits = ClientLimits.of(List.of(client), time);
    channel = new EmbeddedChannel(new ClientLimitHandler(limits));
    return limits.accounts().iterator().next();
  }

  private Exchange send(ClientConfig client, boolean generating) {
    return send(client, generating, "0");
  }

  private Exchange send(ClientConfig client, boolean generating, @Nullable String length) {
    DefaultHttpRequest head = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, PATH);
    if (length != null) {
      head.headers().set("content-length", length);
    }
    Exchange exchange = new Exchange("id", head, 0);
    exchange.classified(Route.NATIVE, PATH, "gemini-1", generating);
    exchange.client(client);
    channel.attr(Exchange.KEY).set(exchange);
    channel.writeInbound(head);
    return exchange;
  }

  private boolean passed() {
    Object message = channel.readInbound();
    ReferenceCountUtil.release(message);
    return message != null;
  }

  private void sendBytes(String text) {
    ByteBuf bytes = Unpooled.wrappedBuffer(text.getBytes(StandardCharsets.US_ASCII));
    channel.writeInbound(new DefaultHttpContent(bytes));
    assertTrue(passed());
  }

  private String refusal() {
    FullHttpResponse answer = channel.readOutbound();
    assertEquals(429, answer.status().code());
    String seconds = answer.headers().get("retry-after");
    answer.release();
    return seconds;
  }

  @AfterEach
  void leavesNothing() {
    channel.finishAndReleaseAll();
  }

  @Test
  void letsNoMorePassAtOnceThanItMay() {
    ClientConfig client = client(0, 0, 2);
    ClientAccount account = open(client);
    Exchange first = send(client, true);
    Exchange second = send(client, true);
    assertTrue(passed() && passed());
    assertEquals(0, account.concurrencyLeft());
    Exchange third = send(client, true);
    assertEquals("1", refusal());
    third.closed();
    assertEquals(2, account.inFlight());
    first.closed();
    first.closed();
    assertEquals(1, account.inFlight());
    send(client, true);
    assertTrue(passed());
    second.closed();
    assertEquals(1, account.inFlight());
    assertEquals(-1, account.requestsLeft());
    assertEquals(-1, account.tokensLeft());
  }

  @Test
  void tellsTheTrueTimeRoundedUp() {
    ClientConfig client = client(7, 0, 0);
    ClientAccount account = open(client);
    for (int i = 0; i < 7; i++) {
      send(client, true).closed();
      assertTrue(passed());
    }
    assertEquals(0, account.requestsLeft());
    send(client, true).closed();
    assertEquals("9", refusal());
    time.advance(Duration.ofMillis(8_571));
    send(client, true).closed();
    assertEquals("1", refusal());
    time.advance(Duration.ofSeconds(1));
    send(client, true).closed();
    assertTrue(passed());
    assertEquals(0, account.inFlight());
  }

  @Test
  void chargesThePromptByItsBytesUntilTheAnswerTells() {
    ClientConfig client = client(0, 1_000, 0);
    ClientAccount account = open(client);
    Exchange exchange = send(client, true);
    assertTrue(passed());
    sendBytes("x".repeat(41));
    sendBytes("x".repeat(39));
    assertEquals(980, account.tokensLeft());
    exchange.answer(read("{\"usageMetadata\":{\"promptTokenCount\":5,\"totalTokenCount\":400}}"));
    assertEquals(980, account.tokensLeft());
    exchange.closed();
    assertEquals(600, account.tokensLeft());
  }

  @Test
  void addsThePartsWhereNoTotalIsSaid() {
    ClientConfig client = client(0, 1_000, 0);
    ClientAccount account = open(client);
    Exchange exchange = send(client, true);
    assertTrue(passed());
    exchange.answer(
        read(
            "{\"usageMetadata\":{\"promptTokenCount\":5,\"candidatesTokenCount\":10,"
                + "\"thoughtsTokenCount\":100,\"toolUsePromptTokenCount\":20}}"));
    exchange.closed();
    assertEquals(865, account.tokensLeft());
  }

  @Test
  void chargesTheAnnouncedLengthBeforeTheBodyComes() {
    ClientConfig client = client(0, 1_000, 0);
    ClientAccount account = open(client);
    send(client, true, "2000");
    assertEquals(500, account.tokensLeft());
    Exchange second = send(client, true, "4000");
    assertEquals(0, account.tokensLeft());
    assertTrue(passed() && passed());
    sendBytes("x".repeat(400));
    assertEquals(0, account.tokensLeft());
    channel.writeInbound(LastHttpContent.EMPTY_LAST_CONTENT);
    assertTrue(passed());
    assertEquals(400, account.tokensLeft());
    second.closed();
    assertEquals(500, account.tokensLeft());
    Exchange endless = send(client, true, null);
    assertTrue(passed());
    assertEquals(244, account.tokensLeft());
    endless.closed();
    Exchange huge = send(client, true, "99999999999999999");
    assertTrue(passed());
    assertEquals(0, account.tokensLeft());
    huge.closed();
    assertEquals(500, account.tokensLeft());
  }

  @Test
  void chargesTextBehindMediaAndEachOfThemAsAPicture() {
    ClientConfig client = client(0, 10_000, 0);
    ClientAccount account = open(client);
    send(client, true, "400000");
    assertTrue(passed());
    assertEquals(0, account.tokensLeft());
    String image = "{\"inlineData\":{\"data\":\"";
    sendBytes(image + "A".repeat(100_000));
    int bytes = image.length() + 4 * 258;
    assertEquals(10_000 - bytes / 4, account.tokensLeft());
    sendBytes("A".repeat(50_000) + "\"}},");
    sendBytes("word ".repeat(4_000));
    bytes += 4 + 20_000;
    assertEquals(10_000 - bytes / 4, account.tokensLeft());
    sendBytes("\"" + "B".repeat(9_000));
    bytes += 1 + 4 * 258;
    assertEquals(10_000 - bytes / 4, account.tokensLeft());
  }

  @Test
  void keepsTheChargeOfAPromptThatWasSentAndNotWaitedFor() {
    ClientConfig client = client(0, 1_000, 0);
    ClientAccount account = open(client);
    Exchange left = send(client, true);
    assertTrue(passed());
    sendBytes("x".repeat(400));
    left.countAttempt();
    left.closed();
    assertEquals(900, account.tokensLeft());
    Exchange refused = send(client, true);
    assertTrue(passed());
    sendBytes("x".repeat(400));
    refused.countAttempt();
    refused.keyInUse(Secret.of("k"));
    refused.closed();
    Exchange failed = send(client, true);
    assertTrue(passed());
    sendBytes("x".repeat(400));
    failed.countAttempt();
    failed.failed(Fault.of(FaultKind.INTERNAL, "x"));
    failed.closed();
    assertEquals(900, account.tokensLeft());
  }

  @Test
  void givesAllBackWhereThereWasNoAnswer() {
    ClientConfig client = client(0, 1_000, 0);
    ClientAccount account = open(client);
    Exchange exchange = send(client, true);
    assertTrue(passed());
    sendBytes("x".repeat(8_000));
    send(client, true).closed();
    assertEquals("61", refusal());
    exchange.closed();
    assertEquals(1_000, account.tokensLeft());
  }

  @Test
  void countsNoTokensWhereNoModelIsAsked() {
    ClientConfig client = client(0, 1_000, 0);
    ClientAccount account = open(client);
    Exchange exchange = send(client, false);
    exchange.classified(Route.UPLOAD, "/upload/v1beta/files", "", false);
    assertTrue(passed());
    Exchange upload = new Exchange("id", exchange.head(), 0);
    upload.classified(Route.UPLOAD, "/upload/v1beta/files", "", false);
    upload.client(client);
    channel.attr(Exchange.KEY).set(upload);
    channel.writeInbound(exchange.head());
    assertTrue(passed());
    sendBytes("x".repeat(8_000));
    upload.answer(new StreamScanner());
    upload.closed();
    assertEquals(1_000, account.tokensLeft());
  }

  @Test
  void leavesOtherClientsAlone() {
    open(client(1, 0, 0));
    ClientConfig other =
        new ClientConfig("other", new byte[32], 0, 0, 0, List.of(), List.of(), Priority.NORMAL);
    for (int i = 0; i < 5; i++) {
      send(other, true).closed();
      assertTrue(passed());
    }
    assertNull(channel.readOutbound());
  }

  private static StreamScanner read(String answer) {
    StreamScanner scanner = new StreamScanner();
    ByteBuf bytes = Unpooled.wrappedBuffer(answer.getBytes(StandardCharsets.US_ASCII));
    scanner.look(bytes, 0, bytes.readableBytes());
    bytes.release();
    return scanner;
  }
}
