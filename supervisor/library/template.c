/* Forks workers from a template. */
#include "template.h"
#include "table.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
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

/* The received descriptors may have the very numbers that are wanted, so they are moved first. */
struct worker *template_adopt(struct worker *template, const int descriptors[2]) {
  setsid();
  worker_shut(template);
  int control = fcntl(descriptors[0], F_DUPFD, 16);
  int table = fcntl(descriptors[1], F_DUPFD, 16);
  template_forget(descriptors);
  if (dup2(control, PROTOCOL_CONTROL_DESCRIPTOR) < 0) return NULL;
  if (dup2(table, PROTOCOL_TABLE_DESCRIPTOR) < 0) return NULL;
  template_forget((int[2]){control, table});
  return worker_open(PROTOCOL_CONTROL_DESCRIPTOR, PROTOCOL_TABLE_DESCRIPTOR, -1);
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
