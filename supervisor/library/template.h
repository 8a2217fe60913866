/* The template: a process that has loaded the function, and is forked for each worker. */
#ifndef TEMPLATE_H
#define TEMPLATE_H

#include "worker.h"

/* Waits for FORK messages and forks twice for each, so that the supervisor is the parent of the
   worker. Returns in each new worker, whose READY is still to be sent; NULL once the supervisor is
   gone, in the template. `fork_process` is the language's own fork, or NULL for that of the C
   library. */
struct worker *template_run(struct worker *template, int (*fork_process)(void));

/* The parts, for a language whose fork can't be called from here. template_next waits for a FORK;
   false: the supervisor is gone. The template then calls template_forget at once, because its copy
   of the control socket would keep the supervisor from seeing the worker's end; the new worker
   calls template_adopt. */
bool template_next(struct worker *template, int descriptors[2]);
void template_forget(const int descriptors[2]);
struct worker *template_adopt(struct worker *template, const int descriptors[2]);

#endif
