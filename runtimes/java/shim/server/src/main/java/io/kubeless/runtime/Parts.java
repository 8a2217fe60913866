package io.kubeless.runtime;

import io.kubeless.Request.Part;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.apache.tomcat.util.http.fileupload.FileItem;
import org.apache.tomcat.util.http.fileupload.FileUpload;
import org.apache.tomcat.util.http.fileupload.UploadContext;
import org.apache.tomcat.util.http.fileupload.disk.DiskFileItemFactory;

/** Reads multipart forms with Tomcat's parser (REQUEST-16). */
final class Parts {
  private Parts() {}

  static List<Part> read(String contentType, byte[] body) {
    DiskFileItemFactory inMemory =
        new DiskFileItemFactory(Integer.MAX_VALUE, new File(System.getProperty("java.io.tmpdir")));
    FileUpload upload = new FileUpload();
    upload.setFileItemFactory(inMemory);
    upload.setFileCountMax(-1);
    try {
      return upload.parseRequest(new Body(contentType, body)).stream().map(Parts::part).toList();
    } catch (IOException e) {
      throw new IllegalArgumentException("not a multipart form: " + e.getMessage(), e);
    }
  }

  private static Part part(FileItem item) {
    return new Part(item.getFieldName(), item.getName(), item.getContentType(), item.get());
  }

  private record Body(String contentType, byte[] bytes) implements UploadContext {
    @Override
    public String getCharacterEncoding() {
      return "UTF-8";
    }

    @Override
    public String getContentType() {
      return contentType;
    }

    @Override
    public long contentLength() {
      return bytes.length;
    }

    @Override
    public InputStream getInputStream() {
      return new ByteArrayInputStream(bytes);
    }
  }
}
