/* The head of an answer: inside the library only. */
#ifndef ANSWER_HEAD_H
#define ANSWER_HEAD_H

#include "connection_state.h"

/* Room that the head of this answer needs at most. */
size_t answer_head_room(const struct answer *answer);

/* Writes the head. Returns its length, 0 where the status or a field can't be sent. `stream`: the
   body's length isn't known. */
size_t answer_head(
    const struct connection *connection, const struct answer *answer, bool stream, char *to);

#endif
