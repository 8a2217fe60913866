package bench;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.http.HttpMethod;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * A bare Spring Boot controller with the access log and the metrics that our images have. It calls
 * the function in the server's own thread. FUNCTION names it: hello or sleep.
 */
@SpringBootApplication
@RestController
public class Bare {
  private static final boolean SLEEP = "sleep".equals(System.getenv("FUNCTION"));

  private final Histogram duration =
      Histogram.builder()
          .name("function_duration_seconds")
          .labelNames("method")
          .classicOnly()
          .classicUpperBounds(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
          .register();
  private final Counter calls = counter("function_calls_total");
  private final Counter failures = counter("function_failures_total");
  private final Gauge inFlight = Gauge.builder().name("function_in_flight").register();

  public static void main(String[] arguments) {
    SpringApplication.run(Bare.class, arguments);
  }

  @GetMapping("/healthz")
  String health() {
    return "OK";
  }

  @GetMapping("/metrics")
  String metrics() throws IOException {
    var text = new ByteArrayOutputStream();
    PrometheusTextFormatWriter.create().write(text, PrometheusRegistry.defaultRegistry.scrape());
    return text.toString();
  }

  @RequestMapping("/**")
  String call(HttpMethod method, @RequestBody(required = false) Map<String, Double> parameters)
      throws InterruptedException {
    var timer = duration.labelValues(method.name()).startTimer();
    calls.labelValues(method.name()).inc();
    inFlight.inc();
    try {
      return SLEEP ? sleep(parameters) : "hello world";
    } catch (RuntimeException error) {
      failures.labelValues(method.name()).inc();
      throw error;
    } finally {
      inFlight.dec();
      timer.observeDuration();
    }
  }

  private static String sleep(Map<String, Double> parameters) throws InterruptedException {
    Thread.sleep((long) (parameters.get("seconds") * 1000));
    return "slept";
  }

  private static Counter counter(String name) {
    return Counter.builder().name(name).labelNames("method").register();
  }
}
