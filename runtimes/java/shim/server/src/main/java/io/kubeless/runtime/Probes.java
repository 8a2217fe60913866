package io.kubeless.runtime;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.List;

/**
 * Probes on a connection that has carried other requests: the supervisor, which answers probes that
 * come first on theirs, is asked on a new connection.
 */
final class Probes {
  private static final List<String> PATHS = List.of("/healthz", "/readyz", "/metrics");

  private final int port;

  Probes(int port) {
    this.port = port;
  }

  static boolean isProbe(String path) {
    return path.length() <= 8 && PATHS.contains(path);
  }

  Answer ask(String path) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      String request = "GET " + path + " HTTP/1.1\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(ISO_8859_1));
      String answer = new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
      int end = answer.indexOf("\r\n\r\n");
      byte[] body = answer.substring(end + 4).getBytes(ISO_8859_1);
      int type = answer.indexOf("Content-Type: ") + 14;
      String contentType = answer.substring(type, answer.indexOf("\r\n", type));
      int status = Integer.parseInt(answer.substring(9, 12));
      return new Answer(status, List.of(), contentType, body, null);
    }
  }
}
