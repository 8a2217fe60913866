/* Sends the body of the server's answer to the client. */
#include "relay.h"
#include <string.h>

/* An answer of this size is kept until it is whole, so that the client learns its length. */
#define WHOLE_BYTES (1 << 20)

static unsigned outcome(const struct reply *reply) {
  return reply->status >= 500 ? PROTOCOL_OUTCOME_FAILED_CALL : PROTOCOL_OUTCOME_CALL;
}

static struct answer answer_of(const struct reply *reply) {
  return (struct answer){
      .status = reply->status,
      .fields = reply->fields,
      .fields_length = reply->fields_length,
      .outcome = outcome(reply),
  };
}

static bool fail(struct connection *connection) {
  static const char fields[] = "Content-Type\0text/plain; charset=utf-8\0";
  static const char text[] = "Internal Server Error\n"; /* RESPONSE-15 */
  struct answer answer = {
      .status = 500,
      .fields = fields,
      .fields_length = sizeof fields - 1,
      .body = text,
      .body_length = sizeof text - 1,
      .outcome = PROTOCOL_OUTCOME_FAILED_CALL,
  };
  connection_answer(connection, &answer);
  return false;
}

/* The whole answer, of which the body may have yet to come. */
static bool send_whole(struct connection *connection, struct reply *reply, int socket) {
  size_t body = reply->framing == FRAMING_LENGTH ? (size_t)reply->body : 0;
  while (reply->length < reply->head + body)
    if (reply_receive(reply, socket) <= 0) return fail(connection);
  struct answer answer = answer_of(reply);
  answer.body = reply->bytes + reply->head;
  /* RESPONSE-8: HEAD is answered with the length that GET would have. */
  answer.body_length = reply->body > 0 ? (size_t)reply->body : 0;
  if (connection_answer(connection, &answer) == SENDING_INVALID) return fail(connection);
  return reply->length == reply->head + body;
}

/* What is there of the body, and whether it ends with it. */
struct piece {
  size_t length;
  bool last;
  bool broken;
};

/* Decodes what is at the front of the reply's bytes. */
static struct piece next_piece(struct reply *reply, struct http_chunks *chunks, int64_t *left) {
  if (reply->framing == FRAMING_CHUNKED) {
    enum http_result result = http_read_chunks(chunks, reply->bytes, &reply->length, INT64_MAX);
    return (struct piece){chunks->decoded, result == HTTP_WHOLE, result == HTTP_REFUSED};
  }
  if (reply->framing == FRAMING_END) return (struct piece){reply->length, false, false};
  size_t taken = (int64_t)reply->length < *left ? reply->length : (size_t)*left;
  *left -= (int64_t)taken;
  return (struct piece){taken, *left == 0, false};
}

static void drop_front(struct reply *reply, struct http_chunks *chunks, size_t length) {
  reply->length -= length;
  memmove(reply->bytes, reply->bytes + length, reply->length);
  chunks->decoded = 0;
  chunks->searched = reply->length; /* it has been looked through */
}

/* A body whose end isn't known, or far away, piece by piece (RESPONSE-9). */
static bool send_stream(struct connection *connection, struct reply *reply, int socket) {
  struct answer answer = answer_of(reply);
  enum sending sent = connection_stream(connection, &answer);
  if (sent == SENDING_INVALID) return fail(connection);
  struct http_chunks chunks = {0};
  int64_t left = reply->body;
  struct piece piece = {0};
  drop_front(reply, &chunks, reply->head);
  chunks.searched = 0;
  while (sent == SENDING_DONE && !piece.last && !piece.broken) {
    piece = next_piece(reply, &chunks, &left);
    sent = connection_stream_write(connection, reply->bytes, piece.length);
    drop_front(reply, &chunks, piece.length);
    if (piece.last || piece.broken) break;
    long received = reply_receive(reply, socket);
    piece.last = received == 0 && reply->framing == FRAMING_END && !server_has_ended(1);
    piece.broken = received <= 0 && !piece.last;
  }
  bool whole = sent == SENDING_DONE && piece.last;
  connection_stream_end(connection, whole ? outcome(reply) : PROTOCOL_OUTCOME_FAILED_CALL, whole);
  return whole && reply->length == 0;
}

bool body_relay(struct connection *connection, struct reply *reply, int socket) {
  if (reply->status == 0) return fail(connection);
  bool small = reply->framing == FRAMING_LENGTH && reply->body <= WHOLE_BYTES;
  bool whole = small || reply->framing == FRAMING_NONE;
  return whole ? send_whole(connection, reply, socket) : send_stream(connection, reply, socket);
}
