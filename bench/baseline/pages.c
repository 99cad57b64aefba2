// What a page of a guest costs at least: what the core writes when one comes and when it goes, in C and without any rule of who
// gets it. A state byte, a record of two words and the entry in its object's table; the bit that says that the host has memory
// behind it, by words. A guest at rest that wakes has its tables written, one that lies down has them read.
//
//   pages FRAMES GUESTS ROUNDS    CPU ns a page (the last two: a guest), a line each: come, go, free, fill, wake, lie
//
// GUESTS take turns, as those of a replay do: with more than fit into the cache each finds its tables cold.

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DOOR static __attribute__((noinline))

enum { OBJECT = 80, TAIL = 160, FREE = 16, BLOCK = 512 };

typedef struct { uint32_t owner, index; } Record;
typedef struct { uint8_t *states; Record *records; uint32_t *entries; uint64_t *backed; } Guest;

static uint32_t frames;
static uint64_t sum;

static double now_ns(void) {
  struct timespec at;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at);
  return at.tv_sec * 1e9 + at.tv_nsec;
}

static size_t bytes_of(void) { return frames * 13u + frames / 8; }

static Guest make(void) {
  uint8_t *at = aligned_alloc(4096, (bytes_of() + 4095) & ~(size_t)4095);
  memset(at, 0, bytes_of());
  Record *records = (Record *)at;
  uint32_t *entries = (uint32_t *)(records + frames);
  uint64_t *backed = (uint64_t *)(entries + frames);
  return (Guest){(uint8_t *)(backed + frames / 64), records, entries, backed};
}

/** Pages of an object are faulted in, one after the other. */
DOOR void come(Guest *guest, uint32_t object) {
  memset(guest->states, OBJECT, frames);
  for (uint32_t pfn = 0; pfn < frames; pfn++) guest->records[pfn] = (Record){object, pfn};
  for (uint32_t pfn = 0; pfn < frames; pfn++) guest->entries[pfn] = pfn;
  memset(guest->backed, 255, frames / 8);
}

/** The end of a zone: nobody looks at its pages, blocks of 2 MiB are free, the host takes them. */
DOOR void go(Guest *guest) {
  memset(guest->states, TAIL, frames);
  for (uint32_t pfn = 0; pfn < frames; pfn += BLOCK) guest->states[pfn] = FREE;
  memset(guest->entries, 0, frames * sizeof(uint32_t));
  memset(guest->backed, 0, frames / 8);
}

/** Pages that go back one by one: each is put on a list. */
DOOR void give(Guest *guest) {
  memset(guest->states, FREE, frames);
  for (uint32_t pfn = 0; pfn < frames; pfn++) guest->records[pfn] = (Record){pfn + 1, pfn - 1};
  memset(guest->entries, 0, frames * sizeof(uint32_t));
}

DOOR void fill(Guest *guest) { memset(guest->records, 1, bytes_of()); }

DOOR void lie(Guest *guest) {
  const uint64_t *words = (const uint64_t *)guest->records;
  uint64_t seen = 0;
  for (size_t at = 0; at < bytes_of() / 8; at++) seen += words[at];
  sum += seen;
}

enum { PHASES = 6 };

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  frames = strtoul(argv[1], NULL, 10) & ~(uint32_t)(BLOCK - 1);
  uint32_t guests = strtoul(argv[2], NULL, 10), rounds = strtoul(argv[3], NULL, 10);
  Guest *all = malloc(guests * sizeof(Guest));
  for (uint32_t at = 0; at < guests; at++) all[at] = make();
  double ns[PHASES] = {0};
  for (uint32_t round = 0; round < rounds; round++) {
    for (int phase = 0; phase < PHASES; phase++) {
      double from = now_ns();
      for (uint32_t at = 0; at < guests; at++) {
        Guest *guest = &all[at];
        if (phase == 0) come(guest, round + 1);
        else if (phase == 1) go(guest);
        else if (phase == 2) give(guest);
        else if (phase == 5) lie(guest);
        else fill(guest);
      }
      ns[phase] += now_ns() - from;
    }
  }
  static const char *names[PHASES] = {"come", "go", "free", "fill", "wake", "lie"};
  for (int phase = 0; phase < PHASES; phase++) {
    double times = (double)rounds * guests * (phase < 4 ? frames : 1);
    printf("%s %.3f\n", names[phase], ns[phase] / times);
  }
  return sum == 1;
}
