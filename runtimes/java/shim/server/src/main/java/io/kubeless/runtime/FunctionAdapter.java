package io.kubeless.runtime;

import io.kubeless.Event;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.coyote.Adapter;
import org.apache.coyote.Request;
import org.apache.coyote.Response;
import org.apache.tomcat.util.net.SocketEvent;

/** Answers Tomcat's requests with the function. */
final class FunctionAdapter implements Adapter {
  private final HandoverEndpoint endpoint;
  private final Calls calls;
  private final Caller caller;
  private final EventReader reader;
  private final AccessLog log;
  private final Probes probes;

  FunctionAdapter(
      HandoverEndpoint endpoint,
      Calls calls,
      Caller caller,
      EventReader reader,
      AccessLog log,
      Probes probes) {
    this.endpoint = endpoint;
    this.calls = calls;
    this.caller = caller;
    this.reader = reader;
    this.log = log;
    this.probes = probes;
  }

  @Override
  public void service(Request request, Response response) throws Exception {
    Exchange exchange = new Exchange(request, response);
    if (response.getStatus() >= 400) { // REQUEST-22: Tomcat has refused it already
      refuse(exchange, Answer.plain(response.getStatus(), "Bad Request"), false);
      return;
    }
    if (endpoint.slot() == WarmUp.SLOT) {
      exchange.send(Answer.of(reader.read(request).Extensions.json()), false);
      return;
    }
    if (Probes.isProbe(request.requestURI().toString())) { // OBSERVABILITY-8
      exchange.send(probes.ask(request.requestURI().toString()), calls.retiring());
      return;
    }
    if (Cors.isPreflight(request)) {
      exchange.send(Cors.preflight(request), calls.retiring());
      log.write(exchange.entry());
    } else if (!calls.admit()) { // CONCURRENCY-4
      refuse(exchange, busy(), false);
    } else {
      try {
        admitted(exchange);
      } finally {
        calls.leave();
      }
    }
  }

  private static Answer busy() {
    return Answer.plain(503, "Service Unavailable").with("Retry-After", "1");
  }

  private void refuse(Exchange exchange, Answer answer, boolean last) throws IOException {
    exchange.begin(answer, last || calls.retiring());
    exchange.response.setContentLength(answer.bytes().length);
    exchange.response.doWrite(ByteBuffer.wrap(answer.bytes()));
    exchange.flush(); // REQUEST-14
    log.write(exchange.entry());
  }

  private void admitted(Exchange exchange) throws Exception {
    Table.Slot slot = endpoint.slot();
    Event event;
    try {
      event = reader.read(exchange.request);
    } catch (BadRequestException e) {
      String text = e.status == 413 ? "Payload Too Large" : "Bad Request: " + e.getMessage();
      refuse(exchange, Answer.plain(e.status, text), e.unread);
      return;
    }
    AccessLog.Entry entry = exchange.entry();
    int method = Metrics.method(entry.method());
    String line = entry.method() + " " + entry.path() + " " + entry.protocol();
    slot.describe(
        exchange.flags(),
        method,
        exchange.received,
        entry.address(),
        line,
        text(entry.referer()),
        text(entry.agent()),
        text(entry.trace()));
    slot.swap(Table.ANSWERING, Table.READING); // a further request that was read with the last one
    slot.swap(Table.READING, Table.WAITING);
    try (Calls.Call call = calls.begin(slot.number)) {
      if (call == null) {
        slot.swap(Table.WAITING, Table.ANSWERING);
        refuse(exchange, busy(), false);
        return;
      }
      caller.call(exchange, event, slot, call, method);
    }
  }

  private static String text(String value) {
    return value == null ? "" : value;
  }

  @Override
  public void log(Request request, Response response, long time) {
    log.write(new Exchange(request, response).entry()); // what Tomcat has refused itself
  }

  @Override
  public boolean prepare(Request request, Response response) {
    return true;
  }

  @Override
  public boolean asyncDispatch(Request request, Response response, SocketEvent event) {
    return false;
  }

  @Override
  public void checkRecycled(Request request, Response response) {
    // Nothing is kept on them.
  }

  @Override
  public String getDomain() {
    return null; // no JMX
  }
}
