/* The part of libuv that the binding uses. node-api-headers doesn't bring uv.h, so it is declared
   here: libuv keeps its ABI within a major version, and Node 20 to 26 all have version 1. No layout
   of a struct is compiled in, because the handle's size is asked for. */
#ifndef UV_POLL_H
#define UV_POLL_H

#include <stddef.h>

typedef struct uv_loop_s uv_loop_t;
typedef struct uv_poll_s uv_poll_t;
typedef struct uv_handle_s uv_handle_t;

enum { UV_POLL = 8 };     /* of uv_handle_type */
enum { UV_READABLE = 1 }; /* of uv_poll_event */

size_t uv_handle_size(int type);
int uv_poll_init(uv_loop_t *loop, uv_poll_t *handle, int descriptor);
int uv_poll_start(
    uv_poll_t *handle, int events, void (*callback)(uv_poll_t *handle, int status, int events));
void uv_ref(uv_handle_t *handle);
void uv_unref(uv_handle_t *handle);

#endif
