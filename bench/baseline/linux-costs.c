// What a minor fault, a fork and an exec cost the kernel of the machine that this runs on, in CPU time: medians over repetitions.
//   cc -O2 -static -o linux-costs bench/baseline/linux-costs.c && ./linux-costs
// Under virtualization the first touch of a page that the host has not backed costs an EPT fault as well, and an entry to the
// kernel more than on bare metal: say which machine it was. Pages are touched once by another mapping before they are measured.
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { REPEATS = 101, PAGES = 4096, PAGE = 4096 };

static double cpu_ns(int who) {
  struct rusage usage;
  getrusage(who, &usage);
  return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e9 + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e3;
}

static double thread_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec * 1e9 + now.tv_nsec;
}

static int by_size(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static void print(const char *what, double *samples) {
  qsort(samples, REPEATS, sizeof *samples, by_size);
  printf("%-34s p10 %10.0f  median %10.0f  p90 %10.0f ns\n", what, samples[REPEATS / 10], samples[REPEATS / 2],
         samples[REPEATS * 9 / 10]);
}

// A page that is in the page cache, mapped by a fault of its own: no allocation, no zeroing, no copy.
static void minor_fault(void) {
  int file = memfd_create("pages", 0);
  if (ftruncate(file, (off_t)PAGES * PAGE) != 0) exit(1);
  char *first = mmap(NULL, (size_t)PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  memset(first, 1, (size_t)PAGES * PAGE);
  double samples[REPEATS];
  for (int i = 0; i < REPEATS; i++) {
    // each page but once, far from the last one: faults map only what was asked for (MADV_RANDOM, no fault-around)
    volatile char *pages = mmap(NULL, (size_t)PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    madvise((void *)pages, (size_t)PAGES * PAGE, MADV_RANDOM);
    double before = thread_ns();
    for (int page = 0; page < PAGES; page++) pages[(size_t)page * PAGE] = 2;
    samples[i] = (thread_ns() - before) / PAGES;
    munmap((void *)pages, (size_t)PAGES * PAGE);
  }
  print("minor fault (write, page cached)", samples);
  close(file);
}

// The parent's CPU time of fork and wait, and the child's until it exits, with so many anonymous pages mapped and written.
static double forked(int pages) {
  char *memory = pages > 0 ? mmap(NULL, (size_t)pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) : NULL;
  if (pages > 0) {
    madvise(memory, (size_t)pages * PAGE, MADV_NOHUGEPAGE);
    memset(memory, 1, (size_t)pages * PAGE);
  }
  double samples[REPEATS];
  for (int i = 0; i < REPEATS; i++) {
    double before = thread_ns();
    pid_t child = fork();
    if (child == 0) _exit(0);
    samples[i] = thread_ns() - before; // the call alone: copies of tables are made in it
    waitpid(child, NULL, 0);
  }
  char what[64];
  snprintf(what, sizeof what, "fork, %d pages mapped", pages);
  print(what, samples);
  if (pages > 0) munmap(memory, (size_t)pages * PAGE);
  return samples[REPEATS / 2];
}

// vfork and exec of this program, which then exits: the child's CPU time, and what of it exec alone took.
static void exec_self(const char *path) {
  double samples[REPEATS];
  for (int i = 0; i < REPEATS; i++) {
    double children = cpu_ns(RUSAGE_CHILDREN);
    pid_t child = vfork();
    if (child == 0) {
      execl(path, path, "exit", (char *)NULL);
      _exit(1);
    }
    waitpid(child, NULL, 0);
    samples[i] = cpu_ns(RUSAGE_CHILDREN) - children;
  }
  print("exec and exit of a static program", samples);
}

int main(int argc, char **argv) {
  if (argc > 1) return 0;
  minor_fault();
  double none = forked(0);
  double many = forked(65536);
  printf("%-34s %.0f ns\n", "fork, each anonymous page more", (many - none) / 65536);
  exec_self(argv[0]);
  exec_self("/bin/true");
  return 0;
}
