package io.geminirelay.bench.soak;

import io.geminirelay.testing.TestHttp2Client;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** HTTP/2 connections that many clients share, opened anew where one has ended. Thread safe. */
final class SharedHttp2 implements AutoCloseable {
  private static final int OF_A_GATEWAY = 3;

  private final List<GatewayUnderSoak> gateways;
  private final List<@Nullable TestHttp2Client> clients = new ArrayList<>();

  SharedHttp2(List<GatewayUnderSoak> gateways) {
    this.gateways = gateways;
    for (int i = 0; i < gateways.size() * OF_A_GATEWAY; i++) {
      clients.add(null);
    }
  }

  /** A connection to this gateway for this request. */
  synchronized TestHttp2Client of(int gateway, int id) {
    int place = gateway * OF_A_GATEWAY + id % OF_A_GATEWAY;
    TestHttp2Client client = clients.get(place);
    if (client != null && client.isOpen() && client.goAwayCode() < 0) {
      return client;
    }
    if (client != null && !client.isOpen()) {
      client.close();
    }
    GatewayUnderSoak target = gateways.get(gateway);
    Path ca = target.caFile();
    TestHttp2Client fresh =
        ca == null ? TestHttp2Client.plain(target.port()) : TestHttp2Client.tls(target.port(), ca);
    clients.set(place, fresh);
    return fresh;
  }

  @Override
  public synchronized void close() {
    for (TestHttp2Client client : clients) {
      if (client != null) {
        client.close();
      }
    }
  }
}
