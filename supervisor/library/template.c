/* Forks workers from a template. */
#include "template.h"
#include "table.h"
#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

bool template_next(struct worker *template, int descriptors[2]) {
  struct worker_message message;
  while (worker_receive(template, &message, true) > 0) {
    descriptors[0] = message.descriptors[0];
    descriptors[1] = message.descriptors[1];
    if (message.type == PROTOCOL_MESSAGE_FORK && descriptors[1] >= 0) return true;
    template_forget(descriptors);
  }
  return false;
}

void template_forget(const int descriptors[2]) {
  for (int index = 0; index < 2; index++)
    if (descriptors[index] >= 0) close(descriptors[index]);
}

/* The descriptors keep the numbers they were received with: a language's runtime may have opened
   something of its own as 4, because a template has no table there. */
struct worker *template_adopt(struct worker *template, const int descriptors[2]) {
  setsid();
  worker_shut(template);
  return worker_open(descriptors[0], descriptors[1], -1);
}

struct worker *template_run(struct worker *template, int (*fork_process)(void)) {
  int (*fork_one)(void) = fork_process == NULL ? fork : fork_process;
  int descriptors[2];
  while (template_next(template, descriptors)) {
    pid_t intermediate = fork_one();
    if (intermediate == 0) {
      if (fork_one() != 0) _exit(0);
      return template_adopt(template, descriptors);
    }
    template_forget(descriptors);
    while (intermediate > 0 && waitpid(intermediate, NULL, 0) < 0 && errno == EINTR) continue;
  }
  return NULL;
}
