package io.kubeless;

import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Streams a report as CSV: the first rows arrive while the others are still being made. */
public class Export {
  public Response handler(Event event, Context context) {
    int rows = ((Number) ((Map<?, ?>) event.Extensions.json()).get("rows")).intValue();
    Stream<String> lines =
        IntStream.rangeClosed(1, rows).mapToObj(row -> row + "," + row * row + "\r\n");
    return new Response(200, Stream.concat(Stream.of("number,square\r\n"), lines))
        .header("Content-Type", "text/csv; charset=utf-8")
        .header("Content-Disposition", "attachment; filename=squares.csv");
  }
}
