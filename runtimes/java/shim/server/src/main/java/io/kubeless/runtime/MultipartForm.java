package io.kubeless.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.kubeless.Request.Part;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.commons.fileupload2.core.AbstractFileUpload;
import org.apache.commons.fileupload2.core.DiskFileItem;
import org.apache.commons.fileupload2.core.DiskFileItemFactory;
import org.apache.commons.fileupload2.core.FileItemInput;
import org.apache.commons.fileupload2.core.FileItemInputIterator;
import org.apache.commons.fileupload2.core.FileUploadException;
import org.apache.commons.fileupload2.core.RequestContext;

/** Reads multipart forms with Apache's parser (REQUEST-16). */
final class MultipartForm {
  private static final int LARGEST_PART_HEAD = 64 * 1024;

  private MultipartForm() {}

  static List<Part> read(String contentType, byte[] body) {
    Upload upload = new Upload();
    upload.setHeaderCharset(UTF_8);
    upload.setMaxPartHeaderSize(LARGEST_PART_HEAD);
    List<Part> parts = new ArrayList<>();
    try {
      FileItemInputIterator items = upload.getItemIterator(new Body(contentType, body));
      while (items.hasNext()) {
        parts.add(part(items.next()));
      }
      return parts;
    } catch (IOException e) {
      throw new IllegalArgumentException("not a multipart form: " + e.getMessage(), e);
    }
  }

  private static Part part(FileItemInput item) throws IOException {
    byte[] bytes = item.getInputStream().readAllBytes();
    return new Part(item.getFieldName(), item.getName(), item.getContentType(), bytes);
  }

  /** Apache's class is made to be extended by kinds of requests. */
  private static final class Upload
      extends AbstractFileUpload<Body, DiskFileItem, DiskFileItemFactory> {
    @Override
    public FileItemInputIterator getItemIterator(Body body)
        throws FileUploadException, IOException {
      return getItemIterator((RequestContext) body);
    }

    @Override
    public Map<String, List<DiskFileItem>> parseParameterMap(Body body) throws FileUploadException {
      return parseParameterMap((RequestContext) body);
    }

    @Override
    public List<DiskFileItem> parseRequest(Body body) throws FileUploadException {
      return parseRequest((RequestContext) body);
    }
  }

  private record Body(String contentType, byte[] bytes) implements RequestContext {
    @Override
    public String getCharacterEncoding() {
      return "UTF-8";
    }

    @Override
    public String getContentType() {
      return contentType;
    }

    @Override
    public long getContentLength() {
      return bytes.length;
    }

    @Override
    public InputStream getInputStream() {
      return new ByteArrayInputStream(bytes);
    }

    @Override
    public boolean isMultipartRelated() {
      return false;
    }
  }
}
