/* Makes the Rack environment of a request. */
#ifndef RACK_ENV_H
#define RACK_ENV_H

#include "connection.h"
#include <ruby.h>

/* Makes the strings that all environments share. */
void rack_env_init(void);

/* Returns a copy of the Hash `base` with what the request says. Names of fields that hold `_` are
   left out: CGI could not tell them from those with `-`. */
VALUE rack_env(VALUE base, const struct connection *connection, struct worker_text address);

#endif
