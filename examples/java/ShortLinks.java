package io.kubeless;

import java.util.Map;
import java.util.TreeMap;

/** Sends a browser from /NAME to the address of that name; LINKS holds `NAME=ADDRESS` pairs. */
public class ShortLinks {
  private final Map<String, String> links = new TreeMap<>();

  public ShortLinks() {
    for (String pair : System.getenv("LINKS").split("\\s+")) {
      links.put("/" + pair.substring(0, pair.indexOf('=')), pair.substring(pair.indexOf('=') + 1));
    }
  }

  public Response handler(Event event, Context context) {
    String address = links.get(event.Extensions.path());
    if (address == null) {
      return new Response(404, Map.of("known", links.keySet()));
    }
    return new Response(302).header("Location", address).header("Cache-Control", "max-age=60");
  }
}
