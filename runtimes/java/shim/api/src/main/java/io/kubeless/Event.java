package io.kubeless;

/** What a function is called with: the request's body and what is known of the event. */
public class Event {
  /** The body as text; of a body that isn't text, each character is one byte (ISO-8859-1). */
  public String Data;

  /** Value of the header {@code event-id}, or null; the other fields likewise. */
  public String EventID;

  public String EventType;
  public String EventTime;
  public String EventNamespace;

  /** The request itself; null in an event that a test has made. */
  public Request Extensions;

  /** Makes an event without a request, as tests of functions do. */
  public Event(
      String data, String eventId, String eventType, String eventTime, String eventNamespace) {
    this(data, eventId, eventType, eventTime, eventNamespace, null);
  }

  /** Makes an event. */
  public Event(
      String data,
      String eventId,
      String eventType,
      String eventTime,
      String eventNamespace,
      Request request) {
    Data = data;
    EventID = eventId;
    EventType = eventType;
    EventTime = eventTime;
    EventNamespace = eventNamespace;
    Extensions = request;
  }
}
