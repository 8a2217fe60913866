/* The HTTP server: its address, its process, the connections to it. */
#include "relay.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define FOLDER "/tmp"
#define NAME "worker-%d.socket"
#define STOP_SECONDS 5
#define MOST_IDLE 64

static union {
  struct sockaddr any;
  struct sockaddr_un path;
  struct sockaddr_in port;
} address;
static socklen_t address_length;
static volatile pid_t server;
static int process; /* a descriptor of the server, readable at its end */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int idle[MOST_IDLE];
static int idle_count;

/* Address */

/* A worker that was killed can't remove its socket. */
static void remove_old_sockets(void) {
  DIR *folder = opendir(FOLDER);
  if (folder == NULL) return;
  for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
    int owner = 0;
    bool named = sscanf(entry->d_name, NAME, &owner) == 1 && owner > 0;
    if (named && (owner == getpid() || (kill(owner, 0) < 0 && errno == ESRCH)))
      unlinkat(dirfd(folder), entry->d_name, 0);
  }
  closedir(folder);
}

static void choose_path(void) {
  remove_old_sockets();
  address.path.sun_family = AF_UNIX;
  snprintf(address.path.sun_path, sizeof address.path.sun_path, FOLDER "/" NAME, (int)getpid());
  address_length = sizeof address.path;
  setenv("WORKER_SOCKET", address.path.sun_path, 1);
}

static bool choose_port(void) {
  char text[16];
  address.port.sin_family = AF_INET;
  address.port.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address_length = sizeof address.port;
  int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  bool chosen = probe >= 0 && bind(probe, &address.any, address_length) == 0 &&
                getsockname(probe, &address.any, &address_length) == 0;
  if (probe >= 0) close(probe);
  snprintf(text, sizeof text, "%d", ntohs(address.port.sin_port));
  setenv("WORKER_PORT", text, 1);
  return chosen;
}

/* Replaces the first `${NAME}` of an argument by the variable's value. */
static void expand(char **argument, const char *name) {
  const char *value = getenv(name);
  char *at = strstr(*argument, name), *made;
  if (value == NULL || at == NULL || at < *argument + 2 || at[strlen(name)] != '}') return;
  int before = (int)(at - 2 - *argument);
  if (asprintf(&made, "%.*s%s%s", before, *argument, value, at + strlen(name) + 1) > 0)
    *argument = made;
}

static bool choose_address(char **command) {
  bool by_port = false;
  for (char **argument = command; *argument != NULL; argument++)
    by_port |= strstr(*argument, "${WORKER_PORT}") != NULL;
  if (!by_port) choose_path();
  if (by_port && !choose_port()) return false;
  for (char **argument = command; *argument != NULL; argument++)
    expand(argument, by_port ? "WORKER_PORT" : "WORKER_SOCKET");
  return true;
}

/* Process */

/* The supervisor answers for a worker that has ended. */
static void *await_end(void *nothing) {
  (void)nothing;
  int status;
  while (waitpid(server, &status, 0) < 0 && errno == EINTR) continue;
  _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

/* LIFECYCLE-3: the server is told of the end, and may do what it does then. */
static void pass_on(int signal) { kill(server, signal); }

bool server_start(char **command) {
  pthread_t waiter;
  if (!choose_address(command)) return false;
  server = fork();
  if (server < 0) return false;
  if (server == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    execvp(command[0], command);
    fprintf(stderr, "error: `%s` can't be executed: %s\n", command[0], strerror(errno));
    _exit(127);
  }
  process = (int)syscall(SYS_pidfd_open, server, 0);
  if (process >= 0) fcntl(process, F_SETFD, FD_CLOEXEC);
  signal(SIGTERM, pass_on);
  return pthread_create(&waiter, NULL, await_end, NULL) == 0;
}

bool server_has_ended(int milliseconds) {
  struct pollfd awaited = {.fd = process, .events = POLLIN};
  return poll(&awaited, 1, milliseconds) > 0;
}

void server_stop(void) {
  kill(server, SIGTERM);
  sleep(STOP_SECONDS); /* await_end ends the process before, as a rule */
}

/* Connections */

static int connect_new(void) {
  int made = socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (made < 0) return -1;
  int on = 1;
  if (address.any.sa_family == AF_INET) setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (connect(made, &address.any, address_length) == 0) return made;
  close(made);
  return -1;
}

void server_await(void) {
  struct timespec pause = {0, 2000000};
  int made;
  while ((made = connect_new()) < 0) nanosleep(&pause, NULL);
  server_keep(made);
}

static int take_idle(void) {
  pthread_mutex_lock(&mutex);
  int found = idle_count > 0 ? idle[--idle_count] : -1;
  pthread_mutex_unlock(&mutex);
  return found;
}

void server_keep(int socket) {
  pthread_mutex_lock(&mutex);
  bool kept = idle_count < MOST_IDLE;
  if (kept) idle[idle_count++] = socket;
  pthread_mutex_unlock(&mutex);
  if (!kept) close(socket);
}

/* An idle connection that is readable has ended. */
static bool has_ended(int socket) {
  struct pollfd awaited = {.fd = socket, .events = POLLIN | POLLRDHUP};
  return poll(&awaited, 1, 0) != 0;
}

int server_connect(bool fresh, bool *reused) {
  int found;
  *reused = true;
  while (!fresh && (found = take_idle()) >= 0) {
    if (!has_ended(found)) return found;
    close(found);
  }
  *reused = false;
  return connect_new();
}
