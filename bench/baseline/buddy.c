// The plain part of the core's buddy (assembly/kernel/buddy.ts) in C: one zone, one type. The same splits, merges, head or
// tail, so the same frames; a state byte and a record of two links a frame, as the core has them. bench/core/loops.ts has
// the three phases; they are the same here.
//
// Reads commands from stdin, a line each, and answers each with "<CPU ns> <hash>":
//   init FRAMES | fill BLOCKS ORDER 0 | empty BLOCKS ORDER 0 | bulk BLOCKS ORDER ROUNDS
//   warm 0 ORDER PAIRS | random BLOCKS ORDER STEPS

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

// An allocator is called: its two doors are not inlined into the loops, as those of the core are not.
#define DOOR static __attribute__((noinline))

enum { ORDER_MAX = 10, ORDERS = 11, FREE = 16, TAIL = 160, USED = 64 };
#define NIL UINT32_MAX

typedef struct { uint32_t next, prev; } Links;
typedef struct { uint32_t head, tail; } List;

static uint8_t *states;
static Links *records;
static uint32_t *slots;
static uint32_t frames;
static List lists[ORDERS];
static uint32_t blocks_of[ORDERS], orders_held, free_frames;

static inline void link_block(uint32_t pfn, uint32_t order, int to_tail) {
  List *list = &lists[order];
  states[pfn] = FREE | order;
  if (to_tail) {
    uint32_t tail = list->tail;
    records[pfn] = (Links){NIL, tail};
    if (tail == NIL) list->head = pfn; else records[tail].next = pfn;
    list->tail = pfn;
  } else {
    uint32_t head = list->head;
    records[pfn] = (Links){head, NIL};
    if (head == NIL) list->tail = pfn; else records[head].prev = pfn;
    list->head = pfn;
  }
  orders_held |= 1u << order;
  blocks_of[order]++;
}

static inline void unlink_block(uint32_t pfn, uint32_t order) {
  List *list = &lists[order];
  Links at = records[pfn];
  if (at.prev == NIL) list->head = at.next; else records[at.prev].next = at.next;
  if (at.next == NIL) list->tail = at.prev; else records[at.next].prev = at.prev;
  states[pfn] = TAIL;
  if (list->head == NIL) orders_held &= ~(1u << order);
  blocks_of[order]--;
}

static inline int is_free(uint32_t pfn, uint32_t order) {
  return pfn < frames && states[pfn] == (FREE | order);
}

DOOR uint32_t take(uint32_t order) {
  uint32_t orders = orders_held >> order;
  if (orders == 0) return NIL;
  uint32_t found = order + __builtin_ctz(orders);
  uint32_t pfn = lists[found].head;
  unlink_block(pfn, found);
  while (found > order) {
    found--;
    link_block(pfn + (1u << found), found, 0);
  }
  free_frames -= 1u << order;
  return pfn;
}

DOOR void give(uint32_t pfn, uint32_t order, int to_tail) {
  uint32_t freed = pfn, buddy = pfn;
  free_frames += 1u << order;
  while (order < ORDER_MAX) {
    buddy = pfn ^ (1u << order);
    if (!is_free(buddy, order)) break;
    unlink_block(buddy, order);
    pfn &= buddy;
    order++;
  }
  if (pfn != freed) states[freed] = TAIL;
  if (!to_tail && order < ORDER_MAX - 1) {
    uint32_t parent = pfn & buddy;
    to_tail = is_free(parent ^ (2u << order), order + 1);
  }
  link_block(pfn, order, to_tail);
}

static void init(uint32_t count) {
  frames = count;
  states = realloc(states, count);
  records = realloc(records, (size_t)count * sizeof *records);
  slots = realloc(slots, (size_t)count * sizeof *slots);
  memset(states, TAIL, count);
  memset(records, 0, (size_t)count * sizeof *records);
  memset(slots, 0, (size_t)count * sizeof *slots);
  orders_held = free_frames = 0;
  for (int order = 0; order < ORDERS; order++) {
    lists[order] = (List){NIL, NIL};
    blocks_of[order] = 0;
  }
  for (uint32_t pfn = 0; pfn < count; pfn += 1u << ORDER_MAX) give(pfn, ORDER_MAX, 1);
}

static uint32_t state;

static inline uint32_t draw(uint32_t limit) {
  uint32_t x = state;
  x ^= x << 13;
  x ^= x >> 17;
  x ^= x << 5;
  state = x;
  return (uint32_t)(((uint64_t)x * limit) >> 32);
}

static inline uint32_t add(uint32_t hash, uint32_t pfn) { return (hash << 7 | hash >> 25) ^ pfn; }

static uint32_t fill(uint32_t blocks, uint32_t order, uint32_t hash) {
  for (uint32_t at = 0; at < blocks; at++) {
    uint32_t pfn = take(order);
    slots[at] = pfn;
    hash = add(hash, pfn);
  }
  return hash;
}

static void empty(uint32_t blocks, uint32_t order) {
  for (uint32_t at = blocks; at-- > 0;)
    if (slots[at] != NIL) give(slots[at], order, 0);
}

static uint32_t bulk(uint32_t blocks, uint32_t order, uint32_t rounds) {
  uint32_t hash = 0;
  for (uint32_t round = 0; round < rounds; round++) {
    hash = fill(blocks, order, hash);
    empty(blocks, order);
  }
  return hash;
}

static uint32_t warm(uint32_t order, uint32_t pairs) {
  uint32_t hash = 0;
  for (uint32_t pair = 0; pair < pairs; pair++) {
    uint32_t pfn = take(order);
    hash = add(hash, pfn);
    give(pfn, order, 0);
  }
  return hash;
}

static uint32_t random_steps(uint32_t blocks, uint32_t order, uint32_t steps) {
  uint32_t hash = 0;
  state = 12345;
  for (uint32_t step = 0; step < steps; step++) {
    uint32_t slot = draw(blocks), held = slots[slot];
    if (held == NIL) {
      uint32_t pfn = take(order);
      slots[slot] = pfn;
      hash = add(hash, pfn);
    } else {
      give(held, order, 0);
      slots[slot] = NIL;
    }
  }
  return hash;
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return time.tv_sec * 1e9 + time.tv_nsec;
}

int main(void) {
  char phase[16];
  uint32_t blocks, order, count;
  while (scanf("%15s %u %u %u", phase, &blocks, &order, &count) == 4) {
    uint32_t hash = 0;
    double start = now();
    if (strcmp(phase, "init") == 0) init(blocks);
    else if (strcmp(phase, "fill") == 0) hash = fill(blocks, order, 0);
    else if (strcmp(phase, "empty") == 0) empty(blocks, order);
    else if (strcmp(phase, "bulk") == 0) hash = bulk(blocks, order, count);
    else if (strcmp(phase, "warm") == 0) hash = warm(order, count);
    else hash = random_steps(blocks, order, count);
    printf("%.0f %u\n", now() - start, hash);
    fflush(stdout);
  }
  return 0;
}
