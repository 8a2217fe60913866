import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;

/** Turns a bundle of authorities in PEM form into a trust store: {@code TrustStore BUNDLE STORE}. */
class TrustStore {
  public static void main(String[] paths) throws Exception {
    var store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    try (var bundle = new FileInputStream(paths[0]);
        var output = new FileOutputStream(paths[1])) {
      int number = 0;
      for (var certificate : CertificateFactory.getInstance("X.509").generateCertificates(bundle)) {
        store.setCertificateEntry("authority-" + number++, certificate);
      }
      store.store(output, "changeit".toCharArray());
    }
  }
}
