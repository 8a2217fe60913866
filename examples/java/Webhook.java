package io.kubeless;

import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Accepts webhooks that are signed over the raw body with the secret WEBHOOK_SECRET. */
public class Webhook {
  private static final String HEADER = "X-Hub-Signature-256";

  public Object handler(Event event, Context context) throws Exception {
    String given = String.valueOf(event.Extensions.header(HEADER));
    String wanted = "sha256=" + HexFormat.of().formatHex(sign(event.Extensions.bytes()));
    if (!MessageDigest.isEqual(given.getBytes(), wanted.getBytes())) {
      return new Response(401, "wrong signature");
    }
    Map<?, ?> body = (Map<?, ?>) event.Extensions.json();
    return Map.of("accepted", body.get("action"));
  }

  private static byte[] sign(byte[] body) throws Exception {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(System.getenv("WEBHOOK_SECRET").getBytes(), "HmacSHA256"));
    return mac.doFinal(body);
  }
}
