import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;

/** Turns a bundle of authorities (PEM) into the kind of file that Java's clients are given. */
public final class TrustStore {
  private TrustStore() {}

  /** Arguments: the bundle, the file to write. */
  public static void main(String[] arguments) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    try (InputStream bundle = Files.newInputStream(Path.of(arguments[0]))) {
      int number = 0;
      for (Certificate one : CertificateFactory.getInstance("X.509").generateCertificates(bundle)) {
        store.setCertificateEntry("authority-" + number++, one);
      }
    }
    try (OutputStream output = Files.newOutputStream(Path.of(arguments[1]))) {
      store.store(output, "changeit".toCharArray());
    }
  }
}
