package org.json;

/** Stands for the library's class, which this project has no use for but in tests. */
public class JSONObject {
  public boolean isEmpty() {
    return false;
  }

  @Override
  public String toString() {
    return "{\"answer\":42}";
  }
}
