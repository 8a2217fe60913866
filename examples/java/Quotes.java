package io.kubeless;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Asks several suppliers at once and answers with the best offer that comes in time. */
public class Quotes {
  record Supplier(String name, double price, int delayMillis) {}

  record Offer(String supplier, String item, double price) {}

  private static final List<Supplier> SUPPLIERS =
      List.of(
          new Supplier("north", 12.5, 10),
          new Supplier("south", 11.9, 50),
          new Supplier("east", 9.9, 60_000));

  public CompletableFuture<Object> handler(Event event, Context context) {
    String item = (String) ((Map<?, ?>) event.Extensions.json()).get("item");
    List<CompletableFuture<Offer>> asked =
        SUPPLIERS.stream().map(supplier -> ask(supplier, item)).toList();
    return CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new))
        .thenApply(done -> best(asked.stream().map(CompletableFuture::join)));
  }

  private static CompletableFuture<Offer> ask(Supplier supplier, String item) {
    var later = CompletableFuture.delayedExecutor(supplier.delayMillis(), TimeUnit.MILLISECONDS);
    return CompletableFuture.supplyAsync(
            () -> new Offer(supplier.name(), item, supplier.price()), later)
        .completeOnTimeout(null, 1, TimeUnit.SECONDS);
  }

  private static Object best(Stream<Offer> answers) {
    List<Offer> offers = answers.filter(offer -> offer != null).toList();
    Offer best = offers.stream().min(Comparator.comparing(Offer::price)).orElseThrow();
    int late = SUPPLIERS.size() - offers.size();
    return Map.of("best", best, "offers", offers.size(), "late", late);
  }
}
